/** What ends a run before its last task: too many failed hosts, a window that closed. And what it says then. */

import t, { type Test } from "tap";
import type { World } from "../../src/engine/engine.ts";
import type { Event, Events } from "../../src/journal/journal.ts";
import { type LocalRun, workplace } from "./local-run.ts";

t.setTimeout(300_000);

const eight = ["a", "b", "c", "d", "e", "f", "g", "h"];

/** Runs `play`, whose tasks fail on the hosts of `bad`. */
function run(
  t: Test,
  play: string,
  given: { hosts?: readonly string[]; change?: (world: World) => World } = {},
): Promise<LocalRun> {
  const place = workplace(t);
  return place.run(play, given.hosts ?? eight, given.change);
}

function only<Name extends Event["type"]>(events: readonly Event[], type: Name): Events[Name] | undefined {
  return events.find((event) => event.type === type) as Events[Name] | undefined;
}

const twoPlays = (keywords: string): string => `
- hosts: all
  gather_facts: false
  serial: 2
  ${keywords}
  tasks:
    - command: test {{ inventory_hostname }} != b
    - command: test {{ inventory_hostname }} != c
    - command: test {{ inventory_hostname }} != e
- hosts: all
  gather_facts: false
  tasks:
    - ping:
`;

t.test("max_fail_hosts counts over batches, and ends the run with the numbers", async (t) => {
  const { outcome, events } = await run(t, twoPlays("max_fail_hosts: 1"));
  t.equal(outcome.exitCode, 6);
  t.strictSame(only(events, "run:limit-reached")?.failed, ["b", "c"]);
  t.match(only(events, "run:limit-reached"), { keyword: "max_fail_hosts", allowed: 1 });
  t.equal(events.filter((event) => event.type === "batch:started").length, 2);
  t.match(only(events, "run:cut-short"), {
    reason: "limit",
    done: [],
    halfDone: ["d", "a"],
    untouched: ["e", "f", "g", "h"],
  });
  t.match(events.at(-1), { type: "run:ended", exitCode: 6, reason: "limit" });
});

t.test("as many failed hosts as it allows do not end the run", async (t) => {
  const { outcome, events } = await run(t, twoPlays("max_fail_hosts: 3"));
  t.equal(outcome.exitCode, 2);
  t.equal(only(events, "run:limit-reached"), undefined);
  t.equal(only(events, "run:cut-short"), undefined);
  t.match(events.at(-1), { type: "run:ended", reason: "failed" });
});

t.test("failures of an earlier play count, and a template may give the number", async (t) => {
  const { outcome, events } = await run(
    t,
    `
- hosts: all
  gather_facts: false
  tasks:
    - command: test {{ inventory_hostname }} != b
- hosts: all
  gather_facts: false
  vars: {most: 0}
  max_fail_hosts: "{{ most }}"
  tasks:
    - ping:
`,
    { hosts: ["a", "b"] },
  );
  t.equal(outcome.exitCode, 6);
  t.equal(events.filter((event) => event.type === "batch:started").length, 1, "no task of it was begun");
  t.match(only(events, "run:cut-short"), { halfDone: ["a"], untouched: [] });
});

t.test("a template that gives no whole number is refused at its place", async (t) => {
  const { outcome, events } = await run(
    t,
    '\n- hosts: all\n  gather_facts: false\n  max_fail_hosts: "{{ 1.5 }}"\n  tasks: [{ping: }]\n',
    { hosts: ["a"] },
  );
  t.equal(outcome.exitCode, 1);
  t.match(only(events, "message:said")?.text, /play\.yml:4:19: Cannot read max_fail_hosts: "1\.5"/);
  t.match(events.at(-1), { type: "run:ended", reason: "error" });
});

t.test("a failure that is rescued does not count", async (t) => {
  const { outcome } = await run(
    t,
    `
- hosts: all
  gather_facts: false
  max_fail_hosts: 0
  tasks:
    - block:
        - command: "false"
      rescue:
        - ping:
`,
    { hosts: ["a", "b"] },
  );
  t.equal(outcome.exitCode, 0);
});

t.test("on_failure applies to the batch in which the limit was reached", async (t) => {
  const { outcome, events } = await run(
    t,
    `
- hosts: all
  gather_facts: false
  serial: 2
  max_fail_hosts: 0
  on_failure: rollback_batch
  tasks:
    - file: {path: "DIR/{{ inventory_hostname }}", state: directory}
    - command: test {{ inventory_hostname }} != d
`,
  );
  t.equal(outcome.exitCode, 6);
  t.strictSame(events.flatMap((event) => (event.type === "change:reverted" ? [event.host] : [])).sort(), [
    "c",
    "d",
  ]);
  t.match(only(events, "run:cut-short"), { done: ["a", "b"], halfDone: [], untouched: ["e", "f", "g", "h"] });
});

for (const [keyword, code] of [
  ["max_fail_hosts: 0", 6],
  ["max_fail_percentage: 0", 4],
] as const)
  t.test(`unreachable hosts count for ${keyword} only where that is said`, async (t) => {
    const play = (more: string): string => `
- hosts: all
  gather_facts: false
  ${keyword}
  ${more}
  tasks:
    - ping:
      vars:
        ansible_connection: "{{ 'ssh' if inventory_hostname == 'a' else 'local' }}"
        ansible_host: 127.0.0.1
        ansible_port: 1
    - ping:
`;
    const hosts = ["a", "b"];
    const without = await run(t, play(""), { hosts });
    t.equal(without.outcome.exitCode, 4);
    t.match(without.outcome.recap, { b: { ok: 2 } });
    const counted = await run(t, play("unreachable_is_failure: true"), { hosts });
    t.equal(counted.outcome.exitCode, code);
    t.match(counted.outcome.recap, { b: { ok: 1 } });
    t.strictSame(only(counted.events, "run:limit-reached")?.failed, ["a"]);
    t.match(counted.events.at(-1), { reason: "limit" });
  });

t.test("a host that was not reached takes no further part where its batch was taken back", async (t) => {
  const play = `
- hosts: all
  gather_facts: false
  serial: [1, 1]
  LIMIT
  on_failure: rollback_batch
  tasks:
    - ping:
      vars:
        ansible_connection: "{{ 'ssh' if inventory_hostname == 'a' else 'local' }}"
        ansible_host: 127.0.0.1
        ansible_port: 1
`;
  const how = (events: readonly Event[]) => {
    t.equal(only(events, "rollback:started")?.reason, "a could not be reached");
    return only(events, "run:cut-short");
  };
  const hosts = ["a", "b"];
  const limit = "max_fail_hosts: 0\n  unreachable_is_failure: true";
  const limited = await run(t, play.replace("LIMIT", limit), { hosts });
  t.match(how(limited.events), { reason: "limit", untouched: ["b"], goOn: "anew" });
  const ended = await run(t, play.replace("LIMIT", ""), { hosts });
  t.match(how(ended.events), { reason: "unreachable", untouched: ["b"], goOn: "anew" });
  const left = await run(t, play.replace("LIMIT", "").replace("rollback_batch", "stop"), { hosts });
  t.match(only(left.events, "run:cut-short"), { reason: "unreachable", goOn: "resume" });
});

/** A clock that shows `late` once the event has come. */
function clockAfter(until: (event: Event) => boolean): (world: World) => World {
  return (world) => {
    let now = 1000;
    world.journal.subscribe((event) => {
      if (until(event)) now = 3000;
    });
    const clock = { ...world.clock, now: () => now };
    return { ...world, clock, options: { ...world.options, notAfter: 2000 } };
  };
}

const inBatches = `
- hosts: all
  gather_facts: false
  serial: 3
  tasks:
    - ping:
    - command: test {{ inventory_hostname }} != BAD
- hosts: h
  gather_facts: false
  tasks: [{ping: }]
`;

t.test(
  "after the window no batch starts, the one that had begun ends, and who remains is said",
  async (t) => {
    const change = clockAfter((event) => event.type === "batch:started" && event.batch === 2);
    const { outcome, events } = await run(t, inBatches, { change });
    t.equal(outcome.exitCode, 75);
    t.match(outcome.recap, { a: { ok: 2 }, f: { ok: 2 } });
    t.match(only(events, "run:cut-short"), {
      reason: "window",
      done: ["a", "b", "c", "d", "e", "f"],
      halfDone: [],
      untouched: ["g", "h"],
      notAfter: "1970-01-01T00:00:02.000Z",
    });
    t.match(events.at(-1), { type: "run:ended", exitCode: 75, reason: "window" });
    const lost = await run(t, inBatches.replace("BAD", "b"), { change });
    t.equal(lost.outcome.exitCode, 76);
  },
);

t.test("after the window no play starts", async (t) => {
  const change = clockAfter((event) => event.type === "batch:started" && event.batch === 3);
  const { outcome, events } = await run(t, inBatches, { change });
  t.equal(outcome.exitCode, 75);
  t.match(only(events, "run:cut-short"), { halfDone: ["h"], untouched: [] });
});

t.test("a window that closes behind the last batch changes nothing", async (t) => {
  const change = clockAfter((event) => event.type === "play:started" && event.play === 2);
  const { outcome, events } = await run(t, inBatches.replace("hosts: h", "hosts: none"), { change });
  t.equal(outcome.exitCode, 0);
  t.equal(only(events, "run:cut-short"), undefined);
  t.match(events.at(-1), { reason: "done" });
});

t.test("Ctrl-C ends after the task under way, and says what stands", async (t) => {
  const soft = new AbortController();
  const { outcome, events } = await run(t, inBatches, {
    change: (world) => {
      world.journal.subscribe((event) => {
        if (event.type === "host:started" && event.host === "d") queueMicrotask(() => soft.abort("SIGINT"));
      });
      return { ...world, stop: { ...world.stop, soft: soft.signal } };
    },
  });
  t.equal(outcome.exitCode, 99);
  t.match(only(events, "run:cut-short"), {
    reason: "interrupted",
    done: ["a", "b", "c"],
    halfDone: ["d", "e", "f"],
    untouched: ["g", "h"],
  });
  t.match(events.at(-1), { type: "run:ended", exitCode: 99, reason: "interrupted" });
});
