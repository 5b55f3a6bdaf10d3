/** A run that is asked to stop while a task waits: the task has no end, no host has failed, and a plain resume waits again. */

import { rmSync } from "node:fs";
import t, { type Test } from "tap";
import { type World, wallClock } from "../../src/engine/engine.ts";
import type { Event } from "../../src/journal/journal.ts";
import { AdriftHost } from "./adrift-host.ts";
import { workplace } from "./local-run.ts";

t.setTimeout(60_000);

/** What the playbook's first task is, and how often a run that goes on waits for an hour. */
const waits: Readonly<Record<string, readonly [task: string, hours: number]>> = {
  "wait_for, between two looks": ["wait_for: {path: DIR/well, sleep: 3600, timeout: 36000}", 0],
  "wait_for, before its first look": ["wait_for: {timeout: 3600}", 1],
  "wait_for, whose failure does not count": [
    "wait_for: {path: DIR/well, sleep: 3600, timeout: 36000}\n      failed_when: false",
    0,
  ],
  "until, between two tries": [
    "command: test -e DIR/well\n      register: looked\n      until: looked.rc == 0\n      retries: 2\n      delay: 3600",
    0,
  ],
  pause: ["pause: {seconds: 3600}", 1],
};

for (const [name, [task, hours]] of Object.entries(waits))
  t.test(name, async (t) => {
    const place = workplace(t);
    const first = await place.run(playbookOf(task), ["a"], stoppedAtItsFirstWait);
    checkInterrupted(t, first);
    t.notOk(place.has("after"));

    place.write("well", "");
    const { world, waited } = hasty();
    const second = await place.resume(first.events, ["a"], {}, (events) => events, world);
    t.equal(second.outcome.exitCode, 0);
    t.match(second.outcome.recap, { a: { ok: 2, failed: 0 } });
    t.ok(place.has("after"));
    t.equal(waited.filter((ms) => ms === 3_600_000).length, hours, "what it had waited is waited anew");
  });

t.test("the pause of a loop: no round comes early, and what was done is not done again", async (t) => {
  const place = workplace(t);
  const loop =
    "shell: echo {{ item }} >> DIR/rounds\n      loop: [one, two]\n      loop_control: {pause: 3600}";
  const first = await place.run(playbookOf(loop), ["a"], stoppedAtItsFirstWait);
  checkInterrupted(t, first);
  t.equal(place.read("rounds"), "one\n");
  const { world, waited } = hasty();
  const second = await place.resume(first.events, ["a"], {}, (events) => events, world);
  t.equal(second.outcome.exitCode, 0);
  t.equal(place.read("rounds"), "one\ntwo\n");
  t.ok(waited.includes(3_600_000));
});

t.test("another host's end of the task is written down", async (t) => {
  const place = workplace(t);
  place.write("a", "");
  const task = "wait_for: {path: 'DIR/{{ inventory_hostname }}', sleep: 3600, timeout: 36000}";
  const first = await place.run(playbookOf(task), ["a", "b"], stoppedAtItsFirstWait);
  t.equal(first.outcome.exitCode, 99);
  t.match(first.outcome.recap, { a: { ok: 1, failed: 0 } });
  t.strictSame(endsOf(first.events), ["a ok"]);
  place.write("b", "");
  const { outcome } = await place.resume(first.events, ["a", "b"]);
  t.equal(outcome.exitCode, 0);
});

t.test("a reboot: the host is waited for again, and not sent away a second time", async (t) => {
  const place = workplace(t);
  // For the engine it is not the controller itself: it may go away.
  const { found: elsewhere } = new AdriftHost(place.folder);
  const boot = place.at("boot");
  place.write("boot", "first");
  const task = `reboot: {reboot_command: echo once >> DIR/reboots, boot_time_command: cat DIR/boot, test_command: "true"}`;
  const first = await place.run(playbookOf(task), ["a"], (world) => stoppedAtItsFirstWait(elsewhere(world)));
  checkInterrupted(t, first);
  while (!place.has("reboots")) await wallClock.sleep(50, never);
  rmSync(boot);
  place.write("boot", "second");
  const second = await place.resume(first.events, ["a"], {}, (events) => events, elsewhere);
  t.equal(second.outcome.exitCode, 0);
  t.match(second.outcome.recap, { a: { ok: 2, changed: 2, failed: 0 } });
  t.equal(place.read("reboots"), "once\n");
});

const never = new AbortController().signal;

function playbookOf(task: string): string {
  return `
- hosts: all
  gather_facts: false
  tasks:
    - ${task}
    - copy: {content: x, dest: DIR/after}
`;
}

/** Ctrl-C comes in the first wait that it can cut short. */
function stoppedAtItsFirstWait(world: World): World {
  const soft = new AbortController();
  const sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
    if (signal === soft.signal && ms > 0) soft.abort("SIGINT");
    await wallClock.sleep(ms, signal);
  };
  return { ...world, stop: { ...world.stop, soft: soft.signal }, clock: { ...wallClock, sleep } };
}

/** Its waits are over at once, and known. */
function hasty(): { readonly world: (world: World) => World; readonly waited: number[] } {
  const waited: number[] = [];
  const world = (given: World): World => ({
    ...given,
    clock: {
      ...wallClock,
      sleep: async (ms, signal) => {
        if (signal === given.stop.soft) waited.push(ms);
        else await wallClock.sleep(ms, signal);
      },
    },
  });
  return { world, waited };
}

function endsOf(events: readonly Event[]): string[] {
  return events.flatMap((event) => (event.type === "task:ended" ? [`${event.host} ${event.outcome}`] : []));
}

function checkInterrupted(
  t: Test,
  {
    outcome,
    events,
  }: { readonly outcome: { readonly exitCode: number; recap: object }; readonly events: readonly Event[] },
): void {
  t.equal(outcome.exitCode, 99);
  t.strictSame(endsOf(events), [], "the task has no end");
  t.notMatch(outcome.recap, { a: { failed: 1 } });
  t.match(events.at(-1), { type: "run:ended", reason: "interrupted", exitCode: 99 });
}
