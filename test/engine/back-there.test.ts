/** Host and controller both know the way back: what one has taken back, the other finds so. */

import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import t, { type Test } from "tap";
import type { Event } from "../../src/journal/journal.ts";
import { type LocalRun, type Workplace, workplace } from "./local-run.ts";

/** Several changes of each thing: what was before the newest is not what was before the run. */
const changes = `- hosts: all
  gather_facts: false
  tasks:
    - {name: Begin, copy: {content: "one\\n", dest: DIR/file}}
    - {name: Go on, lineinfile: {path: DIR/file, line: two}}
    - {name: Close, file: {path: DIR/file, mode: "0600"}}
    - {name: Make, copy: {content: new, dest: DIR/new}}
    - {name: Open, file: {path: DIR/new, mode: "0666"}}
    - {name: A folder, file: {path: DIR/folder, state: directory}}
    - {name: Shut it, file: {path: DIR/folder, mode: "0700"}}
    - {name: Below it, copy: {content: deep, dest: DIR/folder/below}}
    - {name: Clear, file: {path: DIR/folder, state: absent}}
    - {name: A link, file: {src: DIR/file, dest: DIR/folder, state: link}}
`;

async function changed(t: Test): Promise<{
  readonly place: Workplace;
  readonly run: LocalRun;
  /** The run's script on the host. */
  atConsole(...args: string[]): string;
}> {
  const place = workplace(t);
  place.write("file", "old\n", 0o644);
  const run = await place.run(changes);
  t.equal(run.outcome.exitCode, 0);
  const [first] = run.events.filter((event) => event.type === "change:recorded");
  const script = join(dirname(first?.save ?? ""), "revert.sh");
  return {
    place,
    run,
    atConsole: (...args) => execFileSync("sh", [script, ...args], { encoding: "utf8" }),
  };
}

const named = ({ events }: LocalRun, type: Event["type"]) =>
  events.flatMap((event) => (event.type === type && "task" in event ? [event.task.name] : []));
const failed = ({ events }: LocalRun) =>
  events.flatMap((event) =>
    event.type === "change:revert-failed" ? [`${event.task.name}: ${event.kind}`] : [],
  );
const said = ({ events }: LocalRun) =>
  events.flatMap((event) => (event.type === "message:said" ? [event.text] : []));
const verdict = ({ events }: LocalRun) => events.find((event) => event.type === "rollback:ended")?.hosts;

t.test("what the console took back is found so, and nothing is done to it", async (t) => {
  const { place, run, atConsole } = await changed(t);
  t.match(atConsole(), "taken back: 10");
  const before = statSync(place.at("file"));
  const back = await place.rollback(run.events);
  t.strictSame(failed(back), []);
  t.equal(back.outcome.exitCode, 0);
  t.strictSame(verdict(back), { a: "rolled back" });
  t.equal(named(back, "change:reverted").length, 10);
  t.strictSame(named(back, "change:recorded"), [], "it changed nothing");
  t.match(said(back), [/^a: 10 changes were taken back there already, by the scripts in /]);
  t.equal(place.read("file"), "old\n");
  t.equal(statSync(place.at("file")).ino, before.ino);
  t.equal(statSync(place.at("file")).ctimeMs, before.ctimeMs);
  t.notOk(place.has("new"));
  t.notOk(place.has("folder"));
  t.match(said(await place.rollback([...run.events, ...back.events])), [/nothing to take back/]);
});

t.test("what the console took back in part is taken back to its end", async (t) => {
  const { place, run, atConsole } = await changed(t);
  t.match(atConsole("--from", "2"), "taken back: 9");
  t.equal(place.read("file"), "one\n");
  const back = await place.rollback(run.events);
  t.strictSame(failed(back), []);
  t.strictSame(named(back, "change:recorded"), ["Begin"], "only what stood is changed");
  t.equal(place.read("file"), "old\n");
  t.notOk(place.has("folder"));
});

t.test("what somebody changed after the console is theirs", async (t) => {
  const { place, run, atConsole } = await changed(t);
  atConsole();
  place.write("file", "theirs\n");
  place.write("new", "theirs\n");
  const back = await place.rollback(run.events);
  t.equal(back.outcome.exitCode, 2);
  for (const name of ["Make", "Go on", "Begin"]) t.ok(failed(back).includes(`${name}: foreign`), name);
  for (const name of ["Clear", "A folder"]) t.ok(named(back, "change:reverted").includes(name), name);
  t.equal(place.read("file"), "theirs\n");
  t.equal(place.read("new"), "theirs\n");
});

t.test("what a rollback took back, the console finds so", async (t) => {
  const { place, run, atConsole } = await changed(t);
  t.equal((await place.rollback(run.events)).outcome.exitCode, 0);
  place.write("file", "newer\n");
  t.equal(atConsole(), "nothing is left to take back\n");
  t.equal(place.read("file"), "newer\n");
});
