/** What is mounted in a lab, by the kernel's own list. */

import { readFile } from "node:fs/promises";
import { must, runProgram } from "./command.ts";
import type { NodePlace } from "./place.ts";

/** A host's system: the image below, what is its own above. Does nothing where it is mounted already. */
export async function mountSystem(base: string, node: NodePlace): Promise<void> {
  if ((await mountsBelow(node.folder)).includes(node.root)) return;
  const layers = `lowerdir=${escaped(base)},upperdir=${escaped(node.upper)},workdir=${escaped(node.work)}`;
  await must("mount", ["-t", "overlay", "-o", layers, "kmend-lab", node.root]);
}

/**
 * Takes everything away that is mounted at the folder or below, the deepest first. By force, since other labs' hosts
 * may have been born with a copy of the mount: a file system that somebody serves is then cut off everywhere, where
 * merely unmounted it would live on for them, and its server with it.
 */
export async function unmountBelow(folder: string): Promise<void> {
  for (const point of (await mountsBelow(folder)).reverse()) {
    if ((await runProgram("umount", ["--force", point])).code === 0) continue;
    await runProgram("umount", ["--force", "--lazy", point]);
  }
}

/** Where something is mounted, at the folder or below, in the order of mounting. */
export async function mountsBelow(folder: string): Promise<string[]> {
  const table = await readFile("/proc/self/mountinfo", "utf8");
  return table
    .split("\n")
    .map((line) => plain(line.split(" ")[4] ?? ""))
    .filter((point) => point === folder || point.startsWith(`${folder}/`));
}

/** overlay separates its options by commas and its lower layers by colons. */
function escaped(path: string): string {
  return path.replace(/[\\,:]/g, "\\$&");
}

/** The kernel writes blanks and the like as octal numbers. */
function plain(path: string): string {
  return path.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
