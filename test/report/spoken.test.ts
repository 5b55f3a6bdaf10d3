/** What hosts say by `debug` and `assert`, as a terminal shows it. */

import t from "tap";
import type { Event, Events, Json } from "../../src/journal/journal.ts";
import { prettyReader } from "../../src/report/report.ts";
import { spoken } from "../../src/report/spoken.ts";
import { madeUpEnds, madeUpJournal, madeUpTask } from "./recorded.ts";

function ended(module: string, result: Json, more: Partial<Events["task:ended"]> = {}): Event {
  const { events, add } = madeUpJournal();
  add("task:ended", madeUpEnds(madeUpTask(1, "tell", module))("a", "ok", { result, ...more }));
  return events[0] as Event;
}

function lines(events: readonly Event[], width = 60): readonly string[] {
  const said = spoken();
  for (const event of events) said.take(event);
  return said.lines(width);
}

t.test("who says the same is named together, in the order of who said it first", (t) => {
  const said = ["a", "b", "c", "d", "e"].map((host) =>
    ended("debug", { msg: host === "b" ? "other" : "the same" }, { host }),
  );
  t.strictSame(lines(said), ["    a, c, d and 1 more: the same", "    b: other"]);
  t.end();
});

t.test("a variable stands with its name, and a structure in lines of its own", (t) => {
  t.strictSame(lines([ended("debug", { "kmem.left": 3, changed: false })]), ["    a: kmem.left: 3"]);
  t.strictSame(lines([ended("debug", { msg: ["x"] })]), ["    a:", "      [", '        "x"', "      ]"]);
  t.end();
});

t.test("a long text goes on below itself, one of many lines is cut", (t) => {
  t.strictSame(lines([ended("debug", { msg: "one two three" })], 14), ["    a: one two", "      three"]);
  const many = lines([ended("debug", { msg: Array.from({ length: 14 }, (_, i) => `l${i}`).join("\n") })]);
  t.strictSame(
    [many.length, many[0], many[1], many[12], many[13]],
    [14, "    a:", "      l0", "      l11", "      …"],
  );
  t.end();
});

t.test("of many texts ten are shown, and how many hosts said the others", (t) => {
  const said = Array.from({ length: 13 }, (_, i) => ended("debug", { msg: `${i}` }, { host: `node-${i}` }));
  const shown = lines(said);
  t.equal(shown.length, 11);
  t.equal(shown.at(-1), "    and what 3 hosts said besides");
  t.end();
});

t.test("an assert speaks where it was told what to say", (t) => {
  t.strictSame(lines([ended("assert", { msg: "enough room" })]), ["    a: enough room"]);
  t.strictSame(lines([ended("assert", { msg: "All assertions passed" })]), []);
  t.end();
});

t.test(
  "nothing is shown of other modules, of what was left out or lost, of secrets, and of a loop's whole",
  (t) => {
    t.strictSame(
      lines([
        ended("command", { msg: "no" }),
        ended("debug", { msg: "no" }, { outcome: "skipped" }),
        ended("assert", { msg: "no" }, { outcome: "failed" }),
        ended("debug", { censored: "no" }),
        ended("debug", { msg: "All items completed", results: [] }),
        ended("debug", null),
      ]),
      [],
    );
    t.end();
  },
);

t.test("what was said stands below its task's line, once, and steers no terminal", async (t) => {
  const { events, add } = madeUpJournal();
  const task = madeUpTask(1, "tell", "debug");
  add("task:started", { task, hosts: ["a"] });
  add("item:ended", {
    ...{ host: "a", task, item: 1, index: 0, label: "1" },
    ...{ outcome: "ok", ignored: false, result: { msg: "round\u001b[2J one" } },
  });
  add("task:ended", madeUpEnds(task)("a", "ok", { result: { msg: "All items completed", results: [] } }));
  add("task:started", { task: madeUpTask(2, "later"), hosts: ["a"] });
  add("task:ended", madeUpEnds(madeUpTask(2, "later"))("a", "ok"));
  let text = "";
  const write = (more: string): void => {
    text += more;
  };
  const reader = prettyReader({ write, colour: false, columns: 80, rows: 24 }, { diff: false });
  for (const event of events) reader.read(event);
  await reader.end();
  t.match(text, /^✔ tell {2}1 ok\n {4}a: round.* one\n✔ later {2}1 ok\n$/);
  t.notMatch(text, "\u001b");
});
