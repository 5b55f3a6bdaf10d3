/**
 * The engine on modelled hosts, where a seed decides what happens: which playbook, which faults, when kmend dies. The seeds that
 * break a law are told; `node test/simulation/replay.ts SEED` shows the story of one.
 */

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import t, { type Test } from "tap";
import { mutations } from "../simulation/mutations.ts";
import { simulate } from "../simulation/simulation.ts";

t.setTimeout(3_600_000);

const seeds = process.env["KMEND_TORTURE"] === "whole" ? 20_000 : 1000;
const replay = join(import.meta.dirname, "../simulation/replay.ts");

t.test(`laws of the journal, of rollback and of resume hold for ${seeds} seeds`, async (t) => hold(t, seeds));

t.test("they hold, too, where somebody is asked before each task", async (t) => hold(t, seeds / 4, "--step"));

/** In a process of its own: what tap does to follow each promise would double the time. */
async function hold(t: Test, seeds: number, ...how: readonly string[]): Promise<void> {
  const run = promisify(execFile)(process.execPath, [replay, ...how, "1", String(seeds)]);
  const { stdout } = await run.catch((error: { readonly stdout: string }) => error);
  const told = stdout.trim().split("\n");
  const [, all = "{}"] = /^(\{.*\}) /.exec(told.at(-1) ?? "") ?? [];
  t.same(told.slice(0, -1), [], "what breaks a law, by its seed");
  const tried = JSON.parse(all) as { readonly seeds: number; readonly faults: number };
  t.equal(tried.seeds, seeds);
  t.ok(tried.faults > seeds / 2, "hosts and links do fail");
}

t.test("a seed always tells the same story", async (t) => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8])
    t.same((await simulate(seed)).story(), (await simulate(seed)).story());
});

t.test("what breaks the engine on purpose still finds its place there", async (t) => {
  for (const { what, file, from } of mutations) {
    const text = readFileSync(join(import.meta.dirname, "../../src/engine", file), "utf8");
    t.equal(text.split(from).length, 2, what);
  }
});
