/** Rollbacks of which a part goes wrong. */

import { renameSync } from "node:fs";
import t from "tap";
import type { Event } from "../../src/journal/journal.ts";
import { workplace } from "./local-run.ts";

t.setTimeout(120_000);

const play = (tasks: string) => `- hosts: all\n  gather_facts: false\n  tasks:\n${tasks}`;

t.test("a no_log change of which nobody knows the end is taken back, by the host's own script", async (t) => {
  const place = workplace(t);
  place.write("file", "old\n");
  const run = await place.run(play("    - copy: {content: hidden, dest: DIR/file}\n      no_log: true\n"));
  const unknown = run.events.filter((event) => event.type !== "change:applied");
  const back = await place.rollback(unknown);
  t.equal(back.outcome.exitCode, 0);
  t.equal(place.read("file"), "old\n");
});

t.test("one that was never begun on the host needs nothing", async (t) => {
  const place = workplace(t);
  place.write("file", "old\n");
  const run = await place.run(play("    - copy: {content: hidden, dest: DIR/file}\n      no_log: true\n"));
  const { save } = recorded(run.events)[0] ?? { save: "" };
  renameSync(save, `${save}-gone`);
  place.write("file", "old\n");
  const back = await place.rollback(run.events.filter((event) => event.type !== "change:applied"));
  t.equal(back.outcome.exitCode, 0);
  const lost = await place.rollback(run.events);
  t.equal(lost.outcome.exitCode, 2, "but one that was made, and whose script is gone, is told");
});

t.test(
  "below a newer change of the same thing that stands, nothing is taken back; the next rollback takes both",
  async (t) => {
    const place = workplace(t);
    place.write("file", "old\n");
    place.write("other", "old\n");
    const copy = (name: string, content: string) =>
      `    - copy: {content: "${content}", dest: DIR/${name}}\n`;
    const run = await place.run(play(copy("other", "new") + copy("file", "one") + copy("file", "two")));
    const { save } = recorded(run.events).at(-1) ?? { save: "" };
    renameSync(save, `${save}-away`);
    const first = await place.rollback(run.events);
    t.equal(first.outcome.exitCode, 2);
    t.equal(place.read("file"), "two");
    t.equal(place.read("other"), "old\n", "what is of another thing is taken back");
    t.match(
      first.events.find(
        (event) => event.type === "change:revert-failed" && /newer change/.test(event.message),
      ),
      { kind: "failed" },
    );
    renameSync(`${save}-away`, save);
    const second = await place.rollback(run.events, ["a"], (world) => world, { earlier: [first.events] });
    t.equal(second.outcome.exitCode, 0);
    t.equal(place.read("file"), "old\n");
  },
);

function recorded(events: readonly Event[]) {
  return events.filter((event) => event.type === "change:recorded");
}

t.test(
  "a change is not taken back below a newer one of the same thing that another host's task made",
  async (t) => {
    const place = workplace(t);
    place.write("file", "old\n");
    const run = await place.run(
      `
- hosts: all
  gather_facts: false
  on_failure: rollback_host
  tasks:
    - copy: {content: "one\\n", dest: DIR/file}
      delegate_to: b
      when: inventory_hostname == 'a'
    - copy: {content: "two\\n", dest: DIR/file}
      when: inventory_hostname == 'b'
    - command: "true"
      when: inventory_hostname == 'b'
    - fail:
      when: inventory_hostname == 'a'
`,
      ["a", "b"],
    );
    t.equal(place.read("file"), "two\n", "the host that did not fail keeps what it has");
    t.match(
      run.events.find((event) => event.type === "change:revert-failed"),
      { kind: "failed", message: /a newer change of the same thing stands/ },
    );
    const back = await place.rollback(run.events, ["a", "b"]);
    t.equal(place.read("file"), "old\n");
    t.notOk(
      back.events.some((event) => event.type === "change:revert-failed" && event.kind !== "irreversible"),
    );
  },
);
