/** One seed with its story: `node test/simulation/replay.ts SEED`. Or a row of them: `replay.ts FROM TO`, which tells what broke,
 *  at most ten of them, or `replay.ts FROM TO MOST`. With `--step` before these somebody is asked before each task. */

import { simulate } from "./simulation.ts";

const given = process.argv.slice(2);
const isStepped = given[0] === "--step";
const [from = 1, to, mostBroken = 10] = given.slice(isStepped ? 1 : 0).map(Number);
if (to === undefined) {
  const { story, broken } = await simulate(from, isStepped);
  console.log(story().join("\n"));
  for (const each of broken) console.log(`✖ ${each}`);
  process.exitCode = broken.length > 0 ? 1 : 0;
} else {
  const began = Date.now();
  const all = { seeds: 0, processes: 0, scripts: 0, faults: 0, broken: 0 };
  for (let seed = from; seed <= to; seed += 1) {
    const { broken, tried } = await simulate(seed, isStepped);
    all.seeds += 1;
    all.processes += tried.processes;
    all.scripts += tried.scripts;
    all.faults += tried.faults;
    if (broken.length > 0) all.broken += 1;
    if (broken.length > 0) console.log(`${seed}: ${broken.slice(0, 3).join(" | ").slice(0, 400)}`);
    if (all.broken >= mostBroken) break;
  }
  console.log(JSON.stringify(all), `${(Date.now() - began) / 1000} s`);
  process.exitCode = all.broken > 0 ? 1 : 0;
}
