/** What somebody else did since a change is theirs: a rollback names it and leaves it, or keeps it first. */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from "node:fs";
import { dirname, join } from "node:path";
import t from "tap";
import type { World } from "../../src/engine/engine.ts";
import type { Event } from "../../src/journal/journal.ts";
import { type LocalRun, workplace } from "./local-run.ts";

const play = (tasks: string, more = "") =>
  `- hosts: all\n  gather_facts: false\n${more}  tasks:\n${tasks.replaceAll(/^(?=.)/gm, "    ")}\n`;

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const failures = ({ events }: LocalRun) => events.filter((event) => event.type === "change:revert-failed");
const verdict = ({ events }: LocalRun) => events.find((event) => event.type === "rollback:ended")?.hosts;
const saveOf = (events: readonly Event[]) =>
  events.find((event) => event.type === "change:recorded")?.save ?? "";

t.test("a file that somebody edited since is named with both hashes and left alone", async (t) => {
  const place = workplace(t);
  place.write("file", "old\n");
  const run = await place.run(play("- copy: {content: ours, dest: DIR/file}"));
  place.write("file", "theirs");
  utimesSync(place.at("file"), 4102444800, 4102444800);
  const back = await place.rollback(run.events);
  t.equal(back.outcome.exitCode, 2);
  t.equal(place.read("file"), "theirs");
  t.strictSame(verdict(back), { a: "rollback failed" });
  const [failed] = failures(back);
  t.equal(failed?.kind, "foreign");
  t.match(failed?.message, place.at("file"));
  t.match(failed?.message, sha256("ours"));
  t.match(failed?.message, sha256("theirs"));
  t.match(failed?.message, "modified 2100-01-01T00:00:00Z");
  t.match(failed?.hint, /kmend rollback \S+ --limit a --force/);
});

t.test("with force theirs is kept first, and the state before stands again", async (t) => {
  const place = workplace(t);
  place.write("file", "old\n");
  const run = await place.run(play("- copy: {content: ours, dest: DIR/file}"));
  place.write("file", "theirs");
  const back = await place.rollback(run.events, ["a"], (w) => w, { force: true });
  t.equal(back.outcome.exitCode, 0);
  t.equal(place.read("file"), "old\n");
  const save = saveOf(run.events);
  const folder = readdirSync(save).find((name) => name.startsWith("theirs-")) ?? "";
  t.equal(readFileSync(join(save, folder, "0"), "utf8"), "theirs");
  t.match(
    back.events.find((event) => event.type === "change:reverted")?.kept,
    `it was kept in ${join(save, folder)}`,
  );
});

t.test("other lines of an edited file, permissions, links and what came back count too", async (t) => {
  const place = workplace(t);
  for (const name of ["lines", "mode", "gone"]) place.write(name, "old\n", 0o644);
  place.write("untouched", "old\n");
  const run = await place.run(
    play(`- lineinfile: {path: DIR/lines, line: ours}
- file: {path: DIR/mode, mode: "0600"}
- file: {path: DIR/link, src: /ours, state: link, force: true}
- file: {path: DIR/gone, state: absent}
- lineinfile: {path: DIR/untouched, line: ours}
`),
  );
  place.write("lines", `${place.read("lines")}theirs\n`);
  chmodSync(place.at("mode"), 0o640);
  unlinkSync(place.at("link"));
  symlinkSync("/theirs", place.at("link"));
  place.write("gone", "theirs");
  const back = await place.rollback(run.events);
  t.strictSame(
    failures(back).map(({ kind }) => kind),
    ["foreign", "foreign", "foreign", "foreign"],
  );
  t.equal(place.read("lines"), "old\nours\ntheirs\n");
  t.equal(statSync(place.at("mode")).mode & 0o777, 0o640);
  t.equal(readlinkSync(place.at("link")), "/theirs");
  t.equal(place.read("gone"), "theirs");
  t.equal(place.read("untouched"), "old\n", "what nobody touched is taken back");
});

t.test("what the host's own script took back already is no one else's", async (t) => {
  const place = workplace(t);
  place.write("file", "old\n");
  mkdirSync(place.at("folder"));
  const run = await place.run(
    play("- copy: {content: ours, dest: DIR/file}\n- file: {path: DIR/folder, state: absent}"),
  );
  execFileSync("sh", [join(dirname(saveOf(run.events)), "revert.sh")]);
  const back = await place.rollback(run.events);
  t.equal(back.outcome.exitCode, 0);
  t.strictSame(verdict(back), { a: "rolled back" });
  t.equal(place.read("file"), "old\n");
  t.ok(place.has("folder"));
});

t.test("a file that the run changed twice is its own", async (t) => {
  const place = workplace(t);
  place.write("file", "old\n");
  const run = await place.run(
    play(`- lineinfile: {path: DIR/file, line: one}
- lineinfile: {path: DIR/file, line: two}
- file: {path: DIR/file, mode: "0600"}
`),
  );
  t.equal((await place.rollback(run.events)).outcome.exitCode, 0);
  t.equal(place.read("file"), "old\n");
});

t.test("what a later command of the run may have done is taken back, and kept", async (t) => {
  const place = workplace(t);
  place.write("file", "old\n");
  const run = await place.run(
    play(`- copy: {content: ours, dest: DIR/file}
- shell: echo more >> DIR/file
  rollback: none
`),
  );
  const back = await place.rollback(run.events);
  t.equal(place.read("file"), "old\n");
  t.match(back.events.find((event) => event.type === "change:reverted")?.kept, /it was kept in/);

  const again = await place.run(
    play("- copy: {content: ours, dest: DIR/file}\n- shell: echo more >> DIR/file"),
  );
  utimesSync(place.at("file"), 4102444800, 4102444800);
  t.match(failures(await place.rollback(again.events)), [{ kind: "irreversible" }, { kind: "foreign" }]);
});

t.test("on_failure overwrites nobody's work either", async (t) => {
  const place = workplace(t);
  const run = await place.run(
    play("- copy: {content: ours, dest: DIR/file}\n- fail:", "  on_failure: rollback_host\n"),
    ["a"],
    (world: World) => {
      world.journal.subscribe((event) => {
        if (event.type === "change:applied") place.write("file", "theirs");
      });
      return world;
    },
  );
  t.equal(failures(run)[0]?.kind, "foreign");
  t.equal(place.read("file"), "theirs");
});

t.test(
  "a state that differs after its revert has a verdict of its own, and the difference a name",
  async (t) => {
    const place = workplace(t);
    const run = await place.run(play("- copy: {content: ours, dest: DIR/file}"));
    const events = run.events.map((event) =>
      event.type === "change:recorded" ? ({ ...event, state: { other: true } } as Event) : event,
    );
    const back = await place.rollback(events);
    t.equal(back.outcome.exitCode, 2);
    t.strictSame(verdict(back), { a: "rolled back, but different" });
    t.match(failures(back)[0]?.message, "other is missing, expected true");
  },
);

t.test("a revert that says no names the command to run at the console", async (t) => {
  const place = workplace(t);
  place.write("file", "old\n");
  const run = await place.run(play("- copy: {content: ours, dest: DIR/file}"));
  const save = saveOf(run.events);
  rmSync(join(save, "0"));
  const back = await place.rollback(run.events);
  t.strictSame(verdict(back), { a: "rollback failed" });
  const [failed] = failures(back);
  t.match(failed?.message, /The original of .* is not in/);
  t.match(failed?.hint, `sh ${save}/revert.sh`);
});

t.test("a host is asked once, a change is taken back in two round trips, a new folder in one", async (t) => {
  const place = workplace(t);
  const run = await place.run(
    play("- copy: {content: ours, dest: DIR/file}\n- file: {path: DIR/folder, state: directory}"),
  );
  let trips = 0;
  const back = await place.rollback(run.events, ["a"], (world) => ({
    ...world,
    connector: {
      closeAll: () => world.connector.closeAll(),
      open: async (target, options) => {
        const connection = await world.connector.open(target, options);
        return {
          ...connection,
          close: () => connection.close(),
          shell: async (become) => {
            const shell = await connection.shell(become);
            return {
              session: shell.session,
              put: (...given) => shell.put(...given),
              get: (...given) => shell.get(...given),
              run: (...given) => {
                trips += 1;
                return shell.run(...given);
              },
            };
          },
        };
      },
    },
  }));
  t.equal(back.outcome.exitCode, 0);
  t.equal(trips, 4);
});
