/** `--step`: before each task somebody says whether it runs; who said no is not asked again, and nothing counts as done. */

import t from "tap";
import type { World } from "../../src/engine/engine.ts";
import type { Event } from "../../src/journal/journal.ts";
import { KmendError } from "../../src/problem/problem.ts";
import { workplace } from "./local-run.ts";

/** Somebody who answers by the task's name, yes where nothing is said, and who is asked for what. */
class Operator {
  readonly asked: string[] = [];
  readonly answers: Readonly<Record<string, string>>;
  constructor(answers: Readonly<Record<string, string>> = {}) {
    this.answers = answers;
  }
  readonly sits = (world: World): World => ({
    ...world,
    options: { ...world.options, step: true },
    ask: async ({ text }) => {
      const [, name = text] =
        /^Perform task: (?:TASK|HANDLER): (.*) \(N\)o\/\(y\)es\/\(c\)ontinue:$/m.exec(text) ?? [];
      this.asked.push(name);
      return this.answers[name] ?? "y";
    },
  });
}

const hosts = ["a", "b"];

function declined(events: readonly Event[]): string[] {
  return events.flatMap((event) =>
    event.type === "task:declined" ? [`${event.task.name} ${event.hosts.join(" ")}`] : [],
  );
}

const story = `
- hosts: all
  gather_facts: false
  tasks:
    - {name: one, copy: {content: x, dest: "DIR/one-{{ inventory_hostname }}"}, notify: tell}
    - {name: two, copy: {content: x, dest: "DIR/two-{{ inventory_hostname }}"}, notify: hush}
    - {name: once, command: touch DIR/once, run_once: true}
    - meta: noop
    - {name: skipped, command: touch DIR/skipped, when: false}
    - block:
        - {name: fails, command: /bin/false}
      rescue:
        - {name: mends, command: touch DIR/mended}
  handlers:
    - {name: tell, command: touch DIR/told}
    - {name: hush, command: touch DIR/hushed}
  gate:
    - {name: holds, command: /bin/true}
`;

t.test("each task is asked about once for its batch; one that is declined counts nowhere", async (t) => {
  const place = workplace(t);
  const operator = new Operator({ two: "", once: "N", hush: "no", mends: "YES" });
  const { outcome, events } = await place.run(story, hosts, operator.sits);
  t.strictSame(operator.asked, ["one", "two", "once", "skipped", "fails", "mends", "tell"]);
  t.equal(outcome.exitCode, 0);
  t.match(outcome.recap["a"], { ok: 4, changed: 4, skipped: 1, rescued: 1, failed: 0 });
  t.strictSame(declined(events), ["two a b", "once a b"]);
  for (const [file, is] of [
    ["one-a", true],
    ["two-a", false],
    ["once", false],
    ["told", true],
  ] as const)
    t.equal(place.has(file), is, file);
});

t.test("c goes on without asking any more, until the next batch", async (t) => {
  const place = workplace(t);
  const operator = new Operator({ two: "c" });
  const { outcome } = await place.run(story.replace("- hosts: all", "$&\n  serial: 1"), hosts, operator.sits);
  t.strictSame(operator.asked, ["one", "two", "one", "two"]);
  t.ok(place.has("hushed"));
  t.equal(outcome.exitCode, 0);
});

const flushed = `
- hosts: all
  gather_facts: false
  tasks:
    - {name: one, copy: {content: x, dest: "DIR/one-{{ inventory_hostname }}"}, notify: tell}
    - meta: flush_handlers
    - {name: fails, command: test -e DIR/cause}
  post_tasks:
    - {name: two, copy: {content: x, dest: "DIR/two-{{ inventory_hostname }}"}}
  handlers:
    - {name: tell, command: sh -c 'echo x >> DIR/told'}
`;

t.test("a handler that was declined is asked about with the next ones, in a resume too", async (t) => {
  const place = workplace(t);
  const first = new Operator({ tell: "n" });
  const { events } = await place.run(flushed, ["a"], first.sits);
  t.strictSame(first.asked, ["one", "tell", "fails"]);
  const again = new Operator();
  place.write("cause", "");
  const went = await place.resume(events, ["a"], { retryFailed: true }, undefined, again.sits);
  t.equal(went.outcome.exitCode, 0);
  t.strictSame(again.asked, ["fails", "tell", "two"]);
  t.match(went.outcome.recap["a"], { ok: 4, changed: 4, failed: 0 });
  t.equal(place.read("told"), "x\n");
  const always = new Operator({ tell: "n" });
  await place.run(flushed, ["b"], always.sits);
  t.strictSame(always.asked, ["one", "tell", "fails", "tell", "two", "tell"]);
});

const early = `
- hosts: all
  gather_facts: false
  tasks:
    - {name: one, copy: {content: x, dest: "DIR/one-{{ inventory_hostname }}"}}
    - {name: two, copy: {content: x, dest: "DIR/two-{{ inventory_hostname }}"}}
    - include_tasks: DIR/none.yml
    - {name: once, command: touch DIR/once, run_once: true}
    - {name: three, command: test -e DIR/cause}
    - {name: four, copy: {content: x, dest: "DIR/four-{{ inventory_hostname }}"}}
`;

/** What began to run since the run was gone on with. */
function begunAnew(events: readonly Event[]): string[] {
  const resumed = events.findLastIndex(({ type }) => type === "run:resumed");
  return events.slice(resumed).flatMap((event) => (event.type === "task:started" ? [event.task.name] : []));
}

/** Ctrl-C at the question about this task. */
function leavingAt(task: string, operator: Operator): (world: World) => World {
  const stop = new AbortController();
  return (world) => {
    const sitting = operator.sits(world);
    return {
      ...sitting,
      stop: { ...world.stop, soft: stop.signal },
      ask: async (question) => {
        if (!question.text.includes(`TASK: ${task} `)) return sitting.ask?.(question) ?? "";
        stop.abort("SIGINT");
        throw new KmendError({ code: "interrupted", message: "Interrupted" }, 99);
      },
    };
  };
}

t.test("a resume neither runs what was declined nor asks for it, or for what is done", async (t) => {
  const place = workplace(t);
  const first = new Operator({ two: "n", include_tasks: "n", once: "n" });
  const { events, outcome } = await place.run(early, hosts, first.sits);
  t.equal(outcome.exitCode, 2);
  const again = new Operator({ three: "n" });
  const retried = { retryFailed: true };
  const left = await place.resume(events, hosts, retried, undefined, leavingAt("four", again));
  t.equal(left.outcome.exitCode, 99);
  t.strictSame(again.asked, ["three"]);
  t.strictSame(begunAnew(left.events), [], "no task of before is told anew for what was declined");
  const went = await place.resume(events, hosts, retried);
  t.equal(went.outcome.exitCode, 0, "what had failed was declined then, and has no end any more");
  t.strictSame(begunAnew(went.events), ["four"]);
  t.strictSame(declined(went.events), ["two a b", "include_tasks a b", "once a b", "three a b"]);
  t.match(went.outcome.recap["a"], { ok: 2, changed: 2, failed: 0 });
  for (const [file, is] of [
    ["two-a", false],
    ["once", false],
    ["four-b", true],
  ] as const)
    t.equal(place.has(file), is, file);
});

t.test("what was declined while nobody knew its end is not asked about any more", async (t) => {
  const place = workplace(t);
  const play = early.replace(/ {4}- \{name: two[\s\S]*/, "    - {name: two, command: touch DIR/two}\n");
  const { events } = await place.run(play, ["a"]);
  // As if kmend had died in the middle of it.
  const died = (recorded: readonly Event[]): readonly Event[] =>
    recorded.filter((event) => {
      if (event.type === "change:applied") return event.change === "1";
      return event.type !== "run:ended" && (event.type !== "task:ended" || event.task.name === "one");
    });
  const again = new Operator({ two: "n" });
  await place.resume(events, ["a"], {}, died, again.sits);
  t.strictSame(again.asked, ["two"]);
  const went = await place.resume(events, ["a"], {}, died, (world) => ({ ...world, ask: null }));
  t.equal(went.outcome.exitCode, 0);
});

t.test("a run that was left at a question goes on behind what was declined", async (t) => {
  const place = workplace(t);
  const operator = new Operator({ two: "n", include_tasks: "n" });
  const play = early.replace("test -e DIR/cause", "/bin/true");
  const { events, outcome } = await place.run(play, hosts, leavingAt("once", operator));
  t.equal(outcome.exitCode, 99);
  const went = await place.resume(events, hosts);
  t.equal(went.outcome.exitCode, 0);
  t.notOk(place.has("two-a"));
  t.ok(place.has("once"));
  t.ok(place.has("four-b"));
});

t.test("what was declined is nothing to take back", async (t) => {
  const place = workplace(t);
  const operator = new Operator({ two: "n", include_tasks: "n", once: "n", three: "n" });
  const { events } = await place.run(early, hosts, operator.sits);
  const back = await place.rollback(events, hosts);
  t.equal(back.outcome.exitCode, 0);
  const reverted = back.events.flatMap((event) =>
    event.type === "change:reverted" ? [event.task.name] : [],
  );
  t.strictSame(reverted.sort(), ["four", "four", "one", "one"]);
});
