/** A rollback is a run with changes of its own: it is taken back like one, and that again. */

import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import t from "tap";
import { Workplace } from "./local-run.ts";

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
    const place = new Workplace();
    t.teardown(() => place.remove());
    const at = (name: string) => join(place.folder, name);
    for (const name of ["copied", "edited", "removed", "rendered"])
      writeFileSync(at(name), "old\n", { mode: 0o644 });
    symlinkSync("/old", at("link"));
    writeFileSync(at("source"), "brought");
    writeFileSync(at("template"), "{{ 6 * 7 }}\n");
    mkdirSync(at("tree"));
    writeFileSync(at("tree/leaf"), "leaf");
    const isBefore = (when: string) => {
      for (const name of ["copied", "edited", "removed", "rendered"])
        t.equal(readFileSync(at(name), "utf8"), "old\n", `${name} ${when}`);
      for (const name of ["folder", "placed"]) t.notOk(existsSync(at(name)), `${name} ${when}`);
      t.equal(statSync(at("edited")).mode & 0o777, 0o644);
      t.equal(readlinkSync(at("link")), "/old");
    };
    const isAfter = (when: string) => {
      t.equal(readFileSync(at("copied"), "utf8"), "brought", `copied ${when}`);
      t.equal(statSync(at("copied")).mode & 0o777, 0o640);
      t.equal(readFileSync(at("placed/leaf"), "utf8"), "leaf", `placed ${when}`);
      t.equal(readFileSync(at("rendered"), "utf8"), "42\n", `rendered ${when}`);
      t.equal(readFileSync(at("edited"), "utf8"), "old\none\ntwo\n", `edited ${when}`);
      t.equal(statSync(at("edited")).mode & 0o777, 0o600);
      t.notOk(existsSync(at("removed")), `removed ${when}`);
      t.equal(readlinkSync(at("link")), "/new");
      t.ok(existsSync(at("folder/below")), `folder ${when}`);
    };
    let last = await place.run(play);
    isAfter("after the run");
    // What the controller had brought is not asked for again.
    for (const name of ["source", "template", "tree"]) rmSync(at(name), { recursive: true });
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
  const place = new Workplace();
  t.teardown(() => place.remove());
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
  const place = new Workplace();
  t.teardown(() => place.remove());
  const run = await place.run(
    "- hosts: all\n  gather_facts: false\n  tasks: [{copy: {content: ours, dest: DIR/file}}]",
  );
  const back = await place.rollback(run.events);
  writeFileSync(join(place.folder, "file"), "theirs");
  const again = await place.rollback(back.events);
  t.equal(again.outcome.exitCode, 2);
  t.equal(readFileSync(join(place.folder, "file"), "utf8"), "theirs");
  t.match(
    again.events.find((event) => event.type === "change:revert-failed"),
    { kind: "failed", message: /is no longer what it was/ },
  );
});

t.test("a command is not run again, and named", async (t) => {
  const place = new Workplace();
  t.teardown(() => place.remove());
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
  t.ok(existsSync(join(place.folder, "file")));
  t.match(
    again.events.filter((event) => event.type === "change:revert-failed"),
    [{ kind: "irreversible", task: { module: "command" } }],
  );
});
