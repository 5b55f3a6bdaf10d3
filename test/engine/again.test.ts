/** A rollback is a run with changes of its own: it is taken back like one, and that again. */

import { mkdirSync, readlinkSync, rmSync, statSync, symlinkSync } from "node:fs";
import t from "tap";
import { workplace } from "./local-run.ts";

const play = `
- hosts: all
  gather_facts: false
  tasks:
    - copy: {src: DIR/source, dest: DIR/copied, mode: "0640"}
    - copy: {src: DIR/tree/, dest: DIR/placed}
    - template: {src: DIR/template, dest: DIR/rendered}
    - lineinfile: {path: DIR/edited, line: one}
    - lineinfile: {path: DIR/edited, line: two}
    - file: {path: DIR/edited, mode: "0600"}
    - file: {path: DIR/removed, state: absent}
    - file: {path: DIR/link, src: /new, state: link, force: true}
    - file: {path: DIR/folder/below, state: directory}
`;

t.test(
  "a rollback of a rollback brings the run's result again; the third goes back, the fourth forth",
  async (t) => {
    const place = workplace(t);
    for (const name of ["copied", "edited", "removed", "rendered"]) place.write(name, "old\n", 0o644);
    symlinkSync("/old", place.at("link"));
    place.write("source", "brought");
    place.write("template", "{{ 6 * 7 }}\n");
    mkdirSync(place.at("tree"));
    place.write("tree/leaf", "leaf");
    const isBefore = (when: string) => {
      for (const name of ["copied", "edited", "removed", "rendered"])
        t.equal(place.read(name), "old\n", `${name} ${when}`);
      for (const name of ["folder", "placed"]) t.notOk(place.has(name), `${name} ${when}`);
      t.equal(statSync(place.at("edited")).mode & 0o777, 0o644);
      t.equal(readlinkSync(place.at("link")), "/old");
    };
    const isAfter = (when: string) => {
      t.equal(place.read("copied"), "brought", `copied ${when}`);
      t.equal(statSync(place.at("copied")).mode & 0o777, 0o640);
      t.equal(place.read("placed/leaf"), "leaf", `placed ${when}`);
      t.equal(place.read("rendered"), "42\n", `rendered ${when}`);
      t.equal(place.read("edited"), "old\none\ntwo\n", `edited ${when}`);
      t.equal(statSync(place.at("edited")).mode & 0o777, 0o600);
      t.notOk(place.has("removed"), `removed ${when}`);
      t.equal(readlinkSync(place.at("link")), "/new");
      t.ok(place.has("folder/below"), `folder ${when}`);
    };
    let last = await place.run(play);
    isAfter("after the run");
    // What the controller had brought is not asked for again.
    for (const name of ["source", "template", "tree"]) rmSync(place.at(name), { recursive: true });
    for (const [check, when] of [
      [isBefore, "after the first rollback"],
      [isAfter, "after the second"],
      [isBefore, "after the third"],
      [isAfter, "after the fourth"],
    ] as const) {
      last = await place.rollback(last.events);
      t.equal(last.outcome.exitCode, 0, when);
      check(when);
    }
  },
);

t.test("what was taken back is recorded before it is touched", async (t) => {
  const place = workplace(t);
  const run = await place.run(
    "- hosts: all\n  gather_facts: false\n  tasks: [{copy: {content: ours, dest: DIR/file}}]",
  );
  const { events } = await place.rollback(run.events);
  t.match(
    events.filter((event) => event.type.startsWith("change:")),
    [
      { type: "change:recorded", wayBack: { kind: "again" } },
      { type: "change:applied" },
      { type: "change:reverted" },
    ],
  );
});

t.test("where somebody worked since the rollback, nothing is brought over it", async (t) => {
  const place = workplace(t);
  const run = await place.run(
    "- hosts: all\n  gather_facts: false\n  tasks: [{copy: {content: ours, dest: DIR/file}}]",
  );
  const back = await place.rollback(run.events);
  place.write("file", "theirs");
  const again = await place.rollback(back.events);
  t.equal(again.outcome.exitCode, 2);
  t.equal(place.read("file"), "theirs");
  t.match(
    again.events.find((event) => event.type === "change:revert-failed"),
    { kind: "failed", message: /is no longer what it was/ },
  );
});

t.test("a command is not run again, and named", async (t) => {
  const place = workplace(t);
  const run = await place.run(`
- hosts: all
  gather_facts: false
  tasks:
    - copy: {content: ours, dest: DIR/file}
    - command: touch DIR/made
      rollback: [{command: rm DIR/made}]
`);
  const back = await place.rollback(run.events);
  const again = await place.rollback(back.events);
  t.equal(again.outcome.exitCode, 2);
  t.ok(place.has("file"));
  t.match(
    again.events.filter((event) => event.type === "change:revert-failed"),
    [{ kind: "irreversible", task: { module: "command" } }],
  );
});
