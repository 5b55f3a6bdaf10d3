/** A resume finds each task where it stood, whichever hosts came to it before and come to it now. */

import { createHash } from "node:crypto";
import t, { type Test } from "tap";
import type { Event } from "../../src/journal/journal.ts";
import { type Workplace, workplace } from "./local-run.ts";

t.setTimeout(60_000);

t.test(
  "two includes of one file with the same parameters are two, also where a host had come to one alone",
  async (t) => {
    const place = withMore(t);
    const first = await place.run(
      `
- hosts: all
  gather_facts: false
  tasks:
    - command: test -e DIR/well
      when: inventory_hostname == "a"
    - include_tasks: more.yml
      when: inventory_hostname == "a"
    - include_tasks: more.yml
`,
      ["a", "b"],
    );
    t.equal(first.outcome.exitCode, 2);
    t.equal(place.read("b"), "more\n");
    place.write("well", "");
    const { outcome } = await place.resume(first.events, ["a", "b"], { retryFailed: true });
    t.equal(outcome.exitCode, 0);
    t.equal(place.read("a"), "more\nmore\n");
    t.equal(place.read("b"), "more\n", "what it had done is not done again");
  },
);

t.test("a loop that includes the same for one item twice runs it twice, one after the other", async (t) => {
  const place = withMore(t);
  const { events } = await place.run(
    `
- hosts: all
  gather_facts: false
  tasks:
    - include_tasks: more.yml
      loop: [x, y, x]
      when: inventory_hostname == "b" or item == "x"
`,
    ["a", "b"],
  );
  const started = events.flatMap((event) =>
    event.type === "task:started" && event.task.module === "shell" ? [event.hosts] : [],
  );
  t.same(started, [["a", "b"], ["a", "b"], ["b"]], "as under Ansible");
  t.equal(place.read("a"), "more\nmore\n");
  t.equal(place.read("b"), "more\nmore\nmore\n");
});

t.test("a handler that ran at one flush is not taken for the same at another", async (t) => {
  const place = withMore(t);
  const first = await place.run(
    `
- hosts: all
  gather_facts: false
  tasks:
    - command: test -e DIR/well
      when: inventory_hostname == "a"
    - command: "true"
      notify: more
      when: inventory_hostname == "a"
    - meta: flush_handlers
    - command: "true"
      notify: more
  handlers:
    - name: more
      shell: echo more >> DIR/{{ inventory_hostname }}
`,
    ["a", "b"],
  );
  t.equal(first.outcome.exitCode, 2);
  t.equal(place.read("b"), "more\n");
  place.write("well", "");
  const { outcome } = await place.resume(first.events, ["a", "b"], { retryFailed: true });
  t.equal(outcome.exitCode, 0);
  t.equal(place.read("a"), "more\nmore\n");
  t.equal(place.read("b"), "more\n");
});

t.test("a journal of an earlier kmend, whose places know no includes, is gone on with", async (t) => {
  const place = withMore(t);
  const first = await place.run(`
- hosts: all
  gather_facts: false
  tasks:
    - include_tasks: more.yml
    - command: test -e DIR/well
`);
  t.equal(first.outcome.exitCode, 2);
  place.write("well", "");
  const [play, more] = [place.at("play.yml"), place.at("more.yml")];
  const levels = [
    [`${play}:2:3`, null, null],
    [null, {}, null],
    [`${more}:1:3`, null, null],
  ];
  const text = JSON.stringify([1, ["a"], "task", [`${more}:1:3`, null, false], levels]);
  const at = `${createHash("sha256").update(text).digest("hex").slice(0, 16)}.1`;
  const earlier = (events: readonly Event[]): Event[] =>
    events.map((event) =>
      "task" in event && event.task?.place.file === more
        ? ({ ...event, task: { ...event.task, at } } as Event)
        : event,
    );
  t.notSame(earlier(first.events), first.events);
  const { outcome } = await place.resume(first.events, ["a"], { retryFailed: true }, earlier);
  t.equal(outcome.exitCode, 0);
  t.equal(place.read("a"), "more\n", "once");
});

/** A place with a file to include, in which each host says that it came by. */
function withMore(t: Test): Workplace {
  const place = workplace(t);
  place.write("more.yml", `- shell: echo more >> ${place.folder}/{{ inventory_hostname }}\n`);
  return place;
}
