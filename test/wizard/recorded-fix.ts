/** The wizard over made-up hosts, in whatever terminal it is started in: what the recordings of its screens are made of.
 *
 *      node test/wizard/recorded-fix.ts [--plain] [--many] */

import { fixAsker } from "../../src/cli/fix-asker.ts";
import { stdoutPaper } from "../../src/cli/paper.ts";
import { fix } from "../../src/wizard/fix.ts";
import { kubeletLeaks, runOf, runtimeLeaks, scanOf } from "./made-up.ts";
import { fleet, MadeUpWork } from "./made-up-work.ts";

const paper = stdoutPaper();
const isPlain = process.argv.includes("--plain");
/** 500 hosts: 380 and 120 leak alike. */
const many = Object.fromEntries(
  Array.from({ length: 500 }, (_, i) =>
    i < 380
      ? [`app-${i + 1}.east.example.com`, kubeletLeaks]
      : [`gpu-${i - 379}.west.example.com`, runtimeLeaks],
  ),
);
const scanned = process.argv.includes("--many") ? many : { ...fleet, "app-3": "No route to host" };
const work = new MadeUpWork(scanOf(scanned));
work.earlier = async () => [runOf([["db-1"], ["db-2"]], { seconds: 50 })];
process.on("SIGINT", () => {});
process.exitCode = await fix(work, fixAsker(paper, isPlain), {
  width: Math.min(100, paper.columns),
  inventory: null,
  kept: null,
  comeBack: "kmend fix --resume",
});
