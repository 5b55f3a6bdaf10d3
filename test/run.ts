/** Runs the tests, a line a file and every failure whole, and ends with `N passed, N failed` on a line of its own.
 *  Arguments: files, folders, and options of tap's such as `--grep=...`. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const tap = spawn("tap", ["run", "--reporter=tap", ...process.argv.slice(2).flatMap(testsIn)], {
  stdio: ["ignore", "pipe", "inherit"],
  // Stripping and compiling the sources anew for each file costs more than most files do.
  env: { NODE_COMPILE_CACHE: join(tmpdir(), "kmend-compiled"), ...process.env },
});
const counts = { pass: 0, fail: 0, skip: 0 };
let failing: string[] | null = null;

for await (const line of createInterface({ input: tap.stdout })) {
  const file = /^(not )?ok \d+ - (.*\.test\.ts) # time=([\d.]+)ms/.exec(line);
  if (file) console.log(`${file[1] ? "✖" : "✔"} ${file[2]}  ${(Number(file[3]) / 1000).toFixed(1)} s`);
  else showFailure(line);
  const summary = /^# \{ (total: .*) \}$/.exec(line)?.[1];
  for (const [, name, number] of summary?.matchAll(/(pass|fail|skip): (\d+)/g) ?? [])
    counts[name as keyof typeof counts] = Number(number);
}
const [code] = tap.exitCode === null ? await once(tap, "exit") : [tap.exitCode];
// A runner that died before its summary, or ran nothing, has not passed.
const failed = counts.fail + (code !== 0 && counts.fail === 0 ? 1 : 0);
console.log(`\n${counts.pass} passed, ${failed} failed${counts.skip > 0 ? `, ${counts.skip} skipped` : ""}`);
process.exitCode = failed > 0 || counts.pass === 0 ? 1 : 0;

function testsIn(argument: string): readonly string[] {
  const isFolder = statSync(argument, { throwIfNoEntry: false })?.isDirectory();
  return isFolder ? globSync(join(argument, "**/*.test.ts")) : [argument];
}

/** Prints a failed assertion with its diagnostics, and what was skipped and why. */
function showFailure(line: string): void {
  if (/^ +not ok /.test(line)) failing = [];
  if (failing) failing.push(line);
  const isOver = /^ +\.\.\.$/.test(line) || (failing && failing.length > 60);
  if (failing && isOver) {
    console.log(failing.join("\n"));
    failing = null;
  }
  const skipped = /^ *ok \d+ - (.*) # SKIP (.*)$/.exec(line);
  if (skipped) console.log(`- skipped: ${skipped[1]}: ${skipped[2]}`);
}
