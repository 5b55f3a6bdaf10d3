/** What a run waits for is seen from outside while it waits: a soak, a gate, and a host that another run has. */

import t from "tap";
import type { Event } from "../../src/journal/journal.ts";
import {
  exposition,
  runFamilies,
  runState,
  type SpanStep,
  spanSteps,
} from "../../src/telemetry/telemetry.ts";
import { begun, madeUpEnds, madeUpJournal, madeUpTask } from "../report/recorded.ts";

type Start = Extract<SpanStep, { kind: "start" }>;
type End = Extract<SpanStep, { kind: "end" }>;

function stepsOf(events: readonly Event[]): readonly SpanStep[] {
  const { take, end } = spanSteps();
  return [...events.flatMap((event) => take(event)), ...end()];
}

/** The span of a name: how it began and how it ended. */
function spanOf(events: readonly Event[], wanted: string): { readonly begin?: Start; readonly end?: End } {
  const steps = stepsOf(events);
  const begin = steps.find((step): step is Start => step.kind === "start" && step.name === wanted);
  const end = steps.find((step): step is End => step.kind === "end" && step.key === begin?.key);
  return { ...(begin && { begin }), ...(end && { end }) };
}

/** A metric's line in a page, without its name; undefined: it is not there. */
function saidOf(events: readonly Event[], name: string): string | undefined {
  const { state, take } = runState();
  for (const event of events) take(event);
  const page = exposition(runFamilies(state), "prometheus");
  return new RegExp(`^${name} (.*)$`, "m").exec(page)?.[1];
}

const soakUntil = "kmend_run_soak_until_timestamp_seconds";
const lockWaits = "kmend_run_lock_waiting_hosts";
const at = (event: Event | undefined): number => Date.parse(event?.at ?? "");

function madeUpBatch(): ReturnType<typeof madeUpJournal> {
  const made = madeUpJournal();
  made.add("run:started", begun);
  made.add("batch:started", { play: 1, batch: 1, of: 2, hosts: ["a", "b"] });
  return made;
}

t.test("a soak lasts from its own event to the next one, whatever that is", async (t) => {
  const { events, add } = madeUpBatch();
  const until = "2026-11-25T00:05:00.000Z";
  t.equal(saidOf(events, soakUntil), undefined);
  add("soak:started", { play: 1, batch: 1, of: 2, seconds: 300, until });
  const soak = events.at(-1);
  t.equal(saidOf(events, soakUntil), String(Date.parse(until) / 1000));
  add("batch:ended", {
    ...{ play: 1, batch: 1, of: 2, hosts: 2, toCome: 1 },
    ...{ failed: [], unreachable: [], takenBack: false },
  });
  t.equal(saidOf(events, soakUntil), undefined, "a soak that is over is not told any more");
  t.match(spanOf(events, "soak"), {
    begin: { parent: "batch 1.1", at: at(soak), attributes: { "kmend.soak.seconds": 300 } },
    end: { at: at(events.at(-1)), error: null, attributes: { "kmend.soak.cut_short": false } },
  });
});

t.test("a soak that an interrupt ends was cut short, and is no error", async (t) => {
  const { events, add } = madeUpBatch();
  add("soak:started", { play: 1, batch: 1, of: 2, seconds: 300, until: "2026-11-25T00:05:00.000Z" });
  add("run:interrupted", { signal: "SIGINT" });
  t.equal(saidOf(events, soakUntil), undefined);
  t.match(spanOf(events, "soak").end, { error: null, attributes: { "kmend.soak.cut_short": true } });
});

t.test("a gate is a span of its batch from its first task on, and wrong where it did not hold", async (t) => {
  for (const held of [true, false]) {
    const { events, add } = madeUpBatch();
    for (const number of [1, 2]) {
      const task = { ...madeUpTask(number, `ask ${number}`), kind: "gate" } as const;
      add("task:started", { task, hosts: ["a", "b"] });
    }
    add("gate:ended", { play: 1, batch: 1, held });
    t.match(spanOf(events, "gate"), {
      begin: { parent: "batch 1.1", at: at(events[2]) },
      end: {
        at: at(events[4]),
        error: held ? null : "the gate did not hold",
        attributes: { "kmend.gate.held": held },
      },
    });
  }
});

t.test("a host that another run has is waited for in the task that wants it", async (t) => {
  const holder = { run: "20261125-000000-other", who: "me@there", since: "", command: "run", beatAgoS: 1 };
  const task = madeUpTask(1, "first");
  const waits = (): ReturnType<typeof madeUpJournal> => {
    const made = madeUpBatch();
    for (const host of ["a", "b"]) made.add("host:started", { host, task });
    for (const host of ["a", "b"]) made.add("lock:waiting", { host, holder: { ...holder, state: "held" } });
    t.equal(saidOf(made.events, lockWaits), "2");
    return made;
  };
  const given = waits();
  given.add("host:locked", { host: "a", folder: "/" });
  t.equal(saidOf(given.events, lockWaits), "1");
  t.match(spanOf(given.events, "wait for a lock"), {
    begin: { parent: "task 1.1 a", attributes: { "host.name": "a", "kmend.lock.holder": holder.run } },
    end: { at: at(given.events.at(-1)), error: null },
  });

  const refused = waits();
  refused.add("task:ended", madeUpEnds(task)("a", "failed", { result: { msg: "locked" } }));
  t.equal(saidOf(refused.events, lockWaits), "1", "who gave up waits no more");
  const steps = stepsOf(refused.events);
  const ends = steps.filter((step) => step.kind === "end").map(({ key }) => key);
  t.ok(ends.indexOf("lock a") < ends.indexOf("task 1.1 a"), "no span outlives the one that it is in");
  t.match(spanOf(refused.events, "wait for a lock").end, { error: "another run kept the lock" });

  refused.add("run:ended", { exitCode: 2, seconds: 1, recap: {} });
  t.equal(saidOf(refused.events, lockWaits), "0");
});
