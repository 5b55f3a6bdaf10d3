/**
 * The engine on modelled hosts, where a seed decides what happens: which playbook, which faults, when kmend dies. A seed that
 * breaks a law is printed with its story; `node test/simulation/replay.ts SEED` shows it again.
 */

import t from "tap";
import { simulate } from "../simulation/simulation.ts";

t.setTimeout(3_600_000);

const seeds = process.env["KMEND_TORTURE"] === "whole" ? 20_000 : 1000;
/** A story is long: some are enough to find out what is wrong. */
const mostTold = 3;

t.test(`laws of the journal, of rollback and of resume hold for ${seeds} seeds`, async (t) => {
  const broken: number[] = [];
  let faults = 0;
  for (let seed = 1; seed <= seeds; seed += 1) {
    const simulated = await simulate(seed);
    faults += simulated.tried.faults;
    if (simulated.broken.length === 0) continue;
    broken.push(seed);
    if (broken.length > mostTold) continue;
    for (const law of simulated.broken) t.comment(`seed ${seed}: ${law}`);
    for (const line of simulated.story()) t.comment(line);
  }
  t.same(broken, [], "seeds that break a law: node test/simulation/replay.ts SEED");
  t.ok(faults > seeds / 2, "hosts and links do fail");
});

t.test("a seed always tells the same story", async (t) => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8])
    t.same((await simulate(seed)).story(), (await simulate(seed)).story());
});
