/** What all benchmarks share: the program as it is shipped, timing a child, and showing the figures. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

/** The built program: TypeScript's types are stripped before a user runs it, so before it is measured. */
export const kmend = join(import.meta.dirname, "..", "dist", "cli", "main.js");

/** @throws Error where the program is not built */
export function requireBuild(): void {
  if (!existsSync(kmend)) throw new Error("Cannot measure kmend: it is not built. Run\n    npm run build");
}

export interface Child {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly stdin?: string;
}

/** Runs a program to its end. @returns how long it took, in ms @throws Error with its last words when it fails */
export async function timed({ command, args, env = {}, stdin = "" }: Child): Promise<number> {
  const began = performance.now();
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: "pipe" });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2000);
    });
  child.stdin.on("error", () => {}); // a child that reads nothing
  child.stdin.end(stdin);
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${command} exited with ${code}, wanted 0:\n${said}`);
  return performance.now() - began;
}

/** The middle one; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const middle = sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/** Lines of cells, the first column to the left and the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = rows[0] ?? [];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => (row[index] ?? "").length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) =>
        index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
      )
      .join("   ");
  return rows.map(line).join("\n");
}

/** The machine's load: times are only worth comparing within one run. */
export function load(): string {
  return `load ${loadavg()
    .map((each) => each.toFixed(1))
    .join(" ")}`;
}
