/** `async`: the time that a task has, all in all, and what is left on its host when it is up. */

import { spawnSync } from "node:child_process";
import t from "tap";
import type { Event } from "../../src/journal/journal.ts";
import { workplace } from "./local-run.ts";

t.setTimeout(120_000);

const play = (tasks: string): string => `- hosts: a\n  gather_facts: false\n  tasks:\n${tasks}`;

const messages = (events: readonly Event[]): string[] =>
  events.flatMap((event) =>
    event.type === "task:ended" ? [String((event.result as { msg: string }).msg)] : [],
  );

t.test("a task that takes longer is ended on its host, and its change is known and taken back", async (t) => {
  const place = workplace(t);
  const began = performance.now();
  const run = await place.run(
    play(`    - command: sh -c "touch DIR/made; sleep 41.73"
      async: 1
      rollback: [{file: {path: DIR/made, state: absent}}]
`),
  );
  t.equal(run.outcome.exitCode, 2);
  t.ok(performance.now() - began < 15_000);
  t.match(messages(run.events), [/ran longer than the 1 s of its async/]);
  t.equal(spawnSync("pgrep", ["-f", "[s]leep 41.73"]).status, 1);
  t.match(
    run.events.filter(({ type }) => type.startsWith("change:")).map(({ type }) => type),
    ["change:recorded", "change:failed"],
  );
  t.ok(place.has("made"));
  const back = await place.rollback(run.events);
  t.equal(back.outcome.exitCode, 0, JSON.stringify(back.events.at(-3)));
  t.notOk(place.has("made"));
});

t.test("the time is for all of a wait, and not for each look", async (t) => {
  const place = workplace(t);
  const began = performance.now();
  const { events } = await place.run(
    play(`    - wait_for: {path: DIR/never, timeout: 60, sleep: 1}
      async: 2
      ignore_errors: true
    - wait_for: {timeout: 60}
      async: 1
      ignore_errors: true
    - wait_for: {timeout: 60}
      async: 30
      timeout: 1
`),
  );
  t.match(messages(events), [
    /ran longer than the 2 s of its async/,
    /ran longer than the 1 s of its async/,
    /it took the 1 s that the task was given/,
  ]);
  t.ok(performance.now() - began < 15_000);
});

t.test(
  "a plan takes such a task for what it will be; a `poll` that comes to 0 is refused when it is reached",
  async (t) => {
    const place = workplace(t);
    const tasks = play(`    - file: {path: DIR/folder, state: directory}
      async: 30
    - file: {path: DIR/folder, state: directory}
      async: 30
      poll: "{{ 0 }}"
`);
    const plan = await place.run(tasks, ["a"], (world) => ({
      ...world,
      options: { ...world.options, check: true, foretells: true },
    }));
    const ends = plan.events.filter((event) => event.type === "task:ended");
    t.match(
      ends.map(({ outcome }) => outcome),
      ["changed", "failed"],
    );
    t.match(
      messages(plan.events)[1],
      /play\.yml:8:13: Cannot use "poll: 0": kmend does not let a task run on/,
    );
  },
);
