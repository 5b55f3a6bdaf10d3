/** What kmend costs before it does anything: `kmend --help` beside a Node that has nothing to do. */

import { kmend, load, median, requireBuild, table, timed } from "./measure.ts";

const runs = 15;
const contestants = {
  "node -e 0": ["-e", "0"],
  "kmend --help": [kmend, "--help"],
  "kmend run --help": [kmend, "run", "--help"],
};

requireBuild();
const times = new Map<string, number[]>();
for (let run = 0; run < runs; run++)
  for (const [name, args] of Object.entries(contestants))
    times.set(name, [...(times.get(name) ?? []), await timed({ command: process.execPath, args })]);

const floor = median(times.get("node -e 0") ?? []);
const rows = [...times].map(([name, each]) => [
  name,
  `${median(each).toFixed(0)} ms`,
  `${(median(each) / floor).toFixed(2)} x`,
]);
console.log(`${runs} runs each, interleaved, medians (${load()})\n\n${table(rows)}`);
