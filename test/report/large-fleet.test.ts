/** The screen of a run over two hundred hosts: what grows with the fleet is folded, and nothing is broken at the edge. */

import t from "tap";
import type { Event, Events } from "../../src/journal/journal.ts";
import { batchLine } from "../../src/report/batch-line.ts";
import { fleetView, type Paper, paintFleet, prettyReader } from "../../src/report/report.ts";
import { madeUpEnds, madeUpJournal, madeUpTask, recapOf } from "./recorded.ts";

const hosts = Array.from({ length: 200 }, (_, i) => `node-${i + 1}`);
const place = { file: "site.yml", line: 1, column: 1 };
const task = madeUpTask(1, "Swap the kubelet");

async function screen(events: readonly Event[]): Promise<string[]> {
  let text = "";
  const write = (more: string): void => {
    text += more;
  };
  const paper: Paper = { write, colour: false, columns: 80, rows: 24 };
  const reader = prettyReader(paper, { diff: false });
  for (const event of events) reader.read(event);
  await reader.end();
  return text.split("\n");
}

const ends = madeUpEnds(task);

t.test("a batch of many is told by its number and its first hosts, one of few by all", async (t) => {
  const { events, add } = madeUpJournal();
  add("play:started", { play: 1, name: "Mend", place, hosts });
  add("batch:started", { play: 1, batch: 1, of: 3, hosts: hosts.slice(0, 8) });
  add("batch:started", { play: 1, batch: 2, of: 3, hosts: hosts.slice(8, 17) });
  add("batch:started", { play: 1, batch: 3, of: 3, hosts: hosts.slice(17) });
  const lines = await screen(events);
  t.strictSame(lines.slice(2, 5), [
    "  batch 1 of 3: node-1, node-2, node-3, node-4, node-5, node-6, node-7, node-8",
    "  batch 2 of 3: 9 hosts, node-9, node-10, node-11 and 6 more",
    "  batch 3 of 3: 183 hosts, node-18, node-19, node-20 and 180 more",
  ]);
  t.ok(lines.every((line) => line.length < 80));
});

t.test(
  "a task that is lost on many hosts tells of the first, and the recap names all, in people's order",
  async (t) => {
    const { events, add } = madeUpJournal();
    add("task:started", { task, hosts });
    for (const host of hosts) add("task:ended", ends(host, "failed", { result: { msg: "no such package" } }));
    const bad = Object.fromEntries(hosts.map((host) => [host, recapOf({ failed: 1 })]));
    const well = Object.fromEntries(
      ["web-10", "web-9", "web-11", "web-1", "web-2"].map((host) => [host, recapOf()]),
    );
    add("run:ended", { exitCode: 2, recap: { ...bad, ...well }, seconds: 1 } as Events["run:ended"]);
    const lines = await screen(events);
    t.equal(lines.filter((line) => line.endsWith(": no such package")).length, 10);
    t.ok(lines.includes("  ✖ and 190 more hosts"));
    t.ok(
      lines.some(
        (line) => line.startsWith("✖ 200 hosts (node-1, node-2, node-3, ") && line.includes("node-200)"),
      ),
    );
    t.ok(lines.some((line) => line.startsWith("✔ 5 hosts (web-1, web-2, web-9, …): nothing to do")));
  },
);

t.test("the line of a batch that went wrong names twenty, and one host is no hosts", async (t) => {
  const { events, add } = madeUpJournal();
  const ended = { play: 1, batch: 1, of: 2, hosts: 200, unreachable: [], takenBack: false, toCome: 1 };
  add("batch:ended", { ...ended, failed: hosts });
  const { text } = events.map((event) => batchLine(event))[0] ?? { text: "" };
  t.match(text, "node-20 and 180 more); 1 host to come");
});

t.test("the live view shows who runs longest, and counts only what there is", async (t) => {
  const { events, add } = madeUpJournal();
  add("batch:started", { play: 1, batch: 3, of: 3, hosts });
  add("task:started", { task, hosts });
  for (const host of hosts.slice(0, 60)) add("host:started", { host, task });
  for (const host of hosts.slice(0, 40)) add("task:ended", ends(host, "changed"));
  const { view, take } = fleetView();
  for (const event of events) take(event);
  const lines = paintFleet(view, { columns: 74, rows: 20, now: view.startedAt + 900 });
  t.match(lines[0], /^batch 3\/3 \[█+·+\] 40\/200 hosts {2}40 changed$/);
  t.equal(lines.length, 10);
  t.match(lines[1], /^… node-41 /);
  t.equal(lines[9], "… and 12 more");
});
