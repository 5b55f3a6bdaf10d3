/**
 * Makes docs/pictures/terminal.svg, and its last picture alone, from a real run on a lab: `node docs/record-terminal.ts`. Raises the lab, lets pods leak, records
 * what is typed, and takes the lab down. Needs what `kmend lab up` needs.
 */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filmOf } from "./terminal/film.ts";
import { type Ran, typeInto } from "./terminal/session.ts";
import { svgOf } from "./terminal/svg.ts";

const root = join(import.meta.dirname, "..");
const size = { columns: 100, rows: 28 };
const lab = "--name recording";

const before = [
  `shopt -s expand_aliases; alias kmend='"${process.execPath}" "${join(root, "src/cli/main.ts")}"'`,
  `kmend lab up --nodes 6 ${lab} --inventory fleet.yml`,
  `kmend lab pods create 40 ${lab}`,
  `kmend lab pods delete 40 ${lab}`,
];
const shown = [
  "kmend scan -i fleet.yml",
  "kmend run -i fleet.yml playbooks/kmem.yml --limit app-1",
  "kmend rollback last",
];

const folder = mkdtempSync(join(tmpdir(), "kmend-recording-"));
try {
  symlinkSync(join(root, "playbooks"), join(folder, "playbooks"));
  const ran = await typeInto([...before, ...shown, `kmend lab down ${lab}`], {
    ...size,
    cwd: folder,
    env: { ...plainEnvironment(), KMEND_STATE: join(folder, "state") },
    timeoutMs: 600_000,
  });
  const recorded = ran.slice(before.length, before.length + shown.length);
  refuseFailed(ran);
  const frames = await filmOf(recorded, {
    ...size,
    longestWaitMs: 200,
    workMs: 12_000,
    readMs: [4500, 1500, 2500],
  });
  const titles = {
    ...size,
    title: "kmend finds a leak, mends a node, and takes the mend back",
    description: `A recording of a terminal. ${shown.map((command) => `"${command}"`).join(", then ")}. The scan tells hosts that leak from those that do not, with the reason; the run swaps the kubelet of app-1, renews kubepods and verifies; the rollback takes each change back, the newest first. A real run on rehearsal hosts, its waits shortened.`,
  };
  const pictures = join(import.meta.dirname, "pictures");
  mkdirSync(pictures, { recursive: true });
  writeFileSync(join(pictures, "terminal.svg"), svgOf(frames, titles));
  // For who wants nothing to move: browsers do not tell a picture in a page that.
  writeFileSync(join(pictures, "terminal-still.svg"), svgOf(frames.slice(-1), titles));
  const seconds = frames.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  console.log(`docs/pictures/terminal.svg: ${frames.length} pictures, ${seconds.toFixed(1)} s`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A recording shows what works: the scan finds leaks, the rest ends well. */
function refuseFailed(ran: readonly Ran[]): void {
  for (const { command, status, chunks } of ran) {
    if (status === 0 || (status === 3 && command.startsWith("kmend scan"))) continue;
    throw new Error(`${command} ended with ${status}, wanted 0:\n${chunks.map(({ text }) => text).join("")}`);
  }
}

/** The recorder's own settings are not the reader's. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(ANSIBLE_|KMEND_(?!LAB_CACHE)|TAP|FORCE_COLOR|NO_COLOR|CI$)/;
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(own), LANG: "C.UTF-8" };
}
