/** The wizard over made-up hosts, in whatever terminal it is started in: what the recordings of its screens are made of.
 *
 *      node test/wizard/recorded-fix.ts [--plain] */

import { stdoutPaper } from "../../src/cli/paper.ts";
import { fix } from "../../src/wizard/fix.ts";
import { plainAsker } from "../../src/wizard/plain-asker.ts";
import { terminalAsker } from "../../src/wizard/terminal-asker.ts";
import { runOf, scanOf } from "./made-up.ts";
import { fleet, MadeUpWork } from "./made-up-work.ts";

const paper = stdoutPaper();
const isPlain = process.argv.includes("--plain");
const work = new MadeUpWork(scanOf({ ...fleet, "app-3": "No route to host" }));
work.earlier = async () => [runOf([["db-1"], ["db-2"]], { seconds: 50 })];
process.on("SIGINT", () => {});
process.exitCode = await fix(
  work,
  isPlain ? plainAsker(process.stdin, process.stdout) : terminalAsker(paper),
  {
    width: Math.min(100, paper.columns),
    inventory: null,
    kept: null,
    comeBack: "kmend fix --resume",
    hasReport: false,
  },
);
console.log(`It ended with ${process.exitCode}.`);
setInterval(() => {}, 60_000); // its last screen stays
