/**
 * Breaks the engine in each of the ways of mutations.ts, one after the other, and tells the first seed that shows it:
 * `node test/simulation/mutate.ts [WORDS OF ONE [SEEDS]]`. It works on a copy.
 */

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Mutation, mutations } from "./mutations.ts";

const root = join(import.meta.dirname, "../..");
const [words = "", seeds = "1000"] = process.argv.slice(2);

for (const mutation of mutations.filter(({ what }) => what.includes(words)))
  console.log(`| ${mutation.what} | ${firstSeed(mutation)} |`);

function firstSeed({ file, from, to, isStepped }: Mutation): string {
  const copy = mkdtempSync(join(tmpdir(), "kmend-mutant-"));
  try {
    for (const part of ["src", "test/simulation", "package.json", "playbooks"])
      cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    const path = join(copy, "src/engine", file);
    writeFileSync(path, mutated(readFileSync(path, "utf8"), from, to));
    const how = isStepped ? ["--step"] : [];
    const replay = [join(copy, "test/simulation/replay.ts"), ...how, "1", seeds, "1"];
    const { stdout, stderr } = spawnSync(process.execPath, replay, { encoding: "utf8" });
    const [first = ""] = stdout.split("\n");
    if (first.startsWith("{")) return "none |";
    return first === "" ? `it does not run: ${stderr}` : first.replace(": ", " | ").slice(0, 120);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** @throws Error where the engine has changed, and the mutation with it must */
function mutated(text: string, from: string, to: string): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`this stands there ${parts.length - 1} times: ${from}`);
  return parts.join(to);
}
