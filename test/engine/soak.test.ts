/** A batch soaks before its gate is asked; a dry run has nothing to wait for. */

import t from "tap";
import type { World } from "../../src/engine/engine.ts";
import { workplace } from "./local-run.ts";

const playbook = `
- hosts: all
  gather_facts: false
  serial: 1
  soak: 1h
  gate: [{debug: {msg: well}}]
  tasks: [{copy: {content: x, dest: "DIR/{{ inventory_hostname }}"}}]
`;

for (const [check, slept] of [
  [false, [3_600_000, 3_600_000]],
  [true, []],
] as const)
  t.test(check ? "a dry run" : "a run", async (t) => {
    const place = workplace(t);
    const waits: number[] = [];
    const watched = (world: World): World => ({
      ...world,
      options: { ...world.options, check },
      clock: {
        now: () => Date.now(),
        sleep: async (ms) => {
          waits.push(ms);
        },
      },
    });
    const { outcome, events } = await place.run(playbook, ["a", "b"], watched);
    t.equal(outcome.exitCode, 0);
    t.strictSame(
      waits.filter((ms) => ms >= 3_600_000),
      slept,
    );
    const told = events.filter((event) => event.type === "soak:started");
    t.match(
      told,
      slept.map((_, at) => ({ play: 1, batch: at + 1, of: 2, seconds: 3600 })),
    );
    t.equal(told.length, slept.length);
    for (const { at, until } of told)
      t.ok(Math.abs(Date.parse(until) - Date.parse(at) - 3_600_000) < 1000, "an hour from when it was told");
  });

t.test("a soak that was cut short begins anew in a resume, and is told as the batch's own", async (t) => {
  const place = workplace(t);
  const soft = new AbortController();
  const first = await place.run(playbook, ["a", "b"], (world) => ({
    ...world,
    stop: { ...world.stop, soft: soft.signal },
    clock: {
      now: () => Date.now(),
      sleep: async (ms) => {
        if (ms >= 3_600_000) soft.abort("SIGINT");
      },
    },
  }));
  t.equal(first.outcome.exitCode, 99);
  const hasty = (world: World): World => ({
    ...world,
    clock: { now: () => Date.now(), sleep: async () => {} },
  });
  const { outcome, events } = await place.resume(first.events, ["a", "b"], {}, (each) => each, hasty);
  t.equal(outcome.exitCode, 0);
  const since = events.slice(events.findIndex((event) => event.type === "run:resumed") + 1);
  t.strictSame(
    since.slice(0, 4).map((event) => event.type),
    ["play:started", "batch:started", "soak:started", "task:started"],
  );
  t.match(
    since.filter((event) => event.type === "soak:started"),
    [{ batch: 1 }, { batch: 2 }],
  );
});
