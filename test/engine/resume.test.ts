import { rmSync } from "node:fs";
import t from "tap";
import type { Event } from "../../src/journal/journal.ts";
import { workplace } from "./local-run.ts";

t.setTimeout(60_000);

t.test("what ran once is not run again by a resume in which another host comes first", async (t) => {
  const place = workplace(t);
  const first = await place.run(
    `
- hosts: all
  gather_facts: false
  tasks:
    - command: test -e DIR/{{ inventory_hostname }}
    - shell: echo {{ inventory_hostname }} >> DIR/once
      run_once: true
`,
    ["a", "b"],
    (world) => {
      place.write("b", "");
      return world;
    },
  );
  t.equal(first.outcome.exitCode, 2);
  place.write("a", "");
  const { outcome } = await place.resume(first.events, ["a", "b"], { retryFailed: true });
  t.equal(outcome.exitCode, 0);
  t.equal(place.read("once"), "b\n");
});

t.test(
  "a host that a resume loses in an earlier play takes no part in the play that it had begun",
  async (t) => {
    const place = workplace(t);
    const touch = (name: string): void => place.write(name, "");
    const first = await place.run(
      `
- hosts: all
  gather_facts: false
  tasks:
    - command: test -e DIR/{{ inventory_hostname }}
    - block:
        - meta: clear_host_errors
        - command: test {{ inventory_hostname }} = a
- hosts: all
  gather_facts: false
  serial: 1
  tasks:
    - command: test -e DIR/two
`,
      ["a", "b"],
      (world) => {
        touch("a");
        return world;
      },
    );
    t.equal(first.outcome.exitCode, 2);
    touch("b");
    touch("two");
    const { outcome, events } = await place.resume(first.events, ["a", "b"], { retryFailed: true });
    t.equal(outcome.exitCode, 2);
    t.match(outcome.recap, { a: { ok: 3, failed: 0 }, b: { ok: 1, failed: 1 } });
    t.notOk(events.some((event) => event.type === "message:said" && event.level === "error"));
  },
);

t.test("what no host had reached before moves no later task: what is done stays done", async (t) => {
  const place = workplace(t);
  place.write(
    "more.yml",
    `- command: test -e ${place.folder}/well\n- shell: echo more >> ${place.folder}/{{ inventory_hostname }}\n`,
  );
  const first = await place.run(
    `
- hosts: all
  gather_facts: false
  tasks:
    - include_tasks: more.yml
      when: inventory_hostname == "a"
    - shell: echo then >> DIR/{{ inventory_hostname }}
    - shell: echo last >> DIR/{{ inventory_hostname }}
`,
    ["a", "b"],
  );
  t.equal(first.outcome.exitCode, 2);
  place.write("well", "");
  const { outcome, events } = await place.resume(first.events, ["a", "b"], { retryFailed: true });
  t.equal(outcome.exitCode, 0, JSON.stringify(events.filter((event) => event.type === "message:said")));
  t.equal(place.read("a"), "more\nthen\nlast\n", "it goes on where it failed");
  t.equal(place.read("b"), "then\nlast\n", "once");
});

t.test("a playbook that was changed is refused before anything is done again", async (t) => {
  for (const [what, change] of Object.entries({
    "a line more": (text: string) => text.replace("  tasks:", "\n  tasks:"),
    "another task first": (text: string) => text.replace("    - shell", "    - ping:\n    - shell"),
    "a task less": (text: string) => text.replace(/ {4}- shell: echo one.*\n/, ""),
  })) {
    const place = workplace(t);
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - shell: echo one >> DIR/done
    - shell: echo {{ item }} >> DIR/done
      loop: [two, three]
    - command: test -e DIR/well
`;
    const first = await place.run(playbook);
    t.equal(first.outcome.exitCode, 2);
    place.write("play.yml", change(playbook).replaceAll("DIR", place.folder));
    const { events } = await place.resume(first.events, ["a"], { retryFailed: true, allowChanges: true });
    t.match(
      events.filter((event) => event.type === "message:said").map(({ text }) => text),
      [/Cannot go on: where the run had ".*" \(.*:\d+\) there is now /],
      what,
    );
    t.equal(place.read("done"), "one\ntwo\nthree\n", what);
  }
});

t.test("a journal without places, of an earlier kmend, is gone on with by its numbers", async (t) => {
  const place = workplace(t);
  const first = await place.run(`
- hosts: all
  gather_facts: false
  tasks:
    - shell: echo one >> DIR/done
    - command: test -e DIR/well
    - shell: echo two >> DIR/done
`);
  t.equal(first.outcome.exitCode, 2);
  place.write("well", "");
  const withoutPlaces = (events: readonly Event[]): Event[] =>
    events.map((event) => {
      if (!("task" in event) || !event.task) return event;
      const { at: _, ...task } = event.task as { readonly at?: string };
      return { ...event, task } as Event;
    });
  const { outcome } = await place.resume(first.events, ["a"], { retryFailed: true }, withoutPlaces);
  t.equal(outcome.exitCode, 0);
  t.equal(place.read("done"), "one\ntwo\n", "nothing is done again");
});

t.test("a change that a resume does not come to is still under way for the next", async (t) => {
  for (const loop of ["", "      loop: [x]\n"]) {
    const place = workplace(t);
    place.write("well", "");
    const first = await place.run(`
- hosts: all
  gather_facts: false
  tasks:
    - shell: echo one >> DIR/done{{ lookup('file', 'DIR/well') }}
${loop}`);
    const applied = first.events.findIndex((event) => event.type === "change:applied");
    const [last] = first.events.slice(-1);
    // Its controller died before the task ended.
    const died = (events: readonly Event[]): Event[] =>
      events.filter(({ n }, index) => index <= applied || n > (last?.n ?? 0));
    rmSync(place.at("well"));
    const second = await place.resume(first.events, ["a"], { retryFailed: true }, died);
    t.equal(second.outcome.exitCode, 2, "it fails before it asks what came of the change");
    place.write("well", "");
    const third = await place.resume(first.events, ["a"], { retryFailed: true }, died);
    t.equal(third.outcome.exitCode, 0);
    t.equal(place.read("done"), "one\n", "it is not done again");
  }
});
