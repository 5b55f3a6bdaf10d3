/** A rollback goes on where an earlier one of the same run left off. */

import t from "tap";
import type { Event } from "../../src/journal/journal.ts";
import { workplace } from "./local-run.ts";

t.setTimeout(60_000);

t.test("handlers that an earlier rollback did not come to are run by the next one, once", async (t) => {
  const place = workplace(t);
  place.write("file", "old\n");
  const run = await place.run(`
- hosts: all
  gather_facts: false
  handlers:
    - {name: take in, command: cp DIR/file DIR/seen}
  tasks:
    - copy: {content: "new\\n", dest: DIR/file}
      notify: take in
`);
  t.equal(place.read("seen"), "new\n");
  const first = await place.rollback(run.events);
  t.ok(first.events.some((event) => event.type === "rollback:handler"));
  // Its controller died right after the change was taken back.
  const died = first.events.slice(0, first.events.findIndex((event) => event.type === "change:reverted") + 1);
  place.write("seen", "new\n");
  const second = await place.rollback(run.events, ["a"], (world) => world, { earlier: [died] });
  t.equal(place.read("seen"), "old\n");
  t.equal(place.read("file"), "old\n");
  const third = await place.rollback(run.events, ["a"], (world) => world, { earlier: [died, second.events] });
  t.notOk(third.events.some((event) => event.type === "rollback:handler"));
});

t.test("a change is left alone where an older one of the same thing was taken back already", async (t) => {
  const place = workplace(t);
  place.write("file", "old\n");
  const run = await place.run(`
- hosts: all
  gather_facts: false
  tasks:
    - copy: {content: "one\\n", dest: DIR/file}
    - copy: {content: "two\\n", dest: DIR/file}
`);
  const first = await place.rollback(run.events);
  t.equal(place.read("file"), "old\n");
  const [newer] = first.events.filter((event) => event.type === "change:reverted");
  // As if the newer one's state had been different after its revert: that is no reason to take the older one back in vain.
  const but = first.events.filter((event) => event !== newer);
  const second = await place.rollback(run.events, ["a"], (world) => world, { earlier: [but] });
  t.equal(place.read("file"), "old\n");
  t.equal(second.outcome.exitCode, 0);
  t.ok(
    second.events.some(
      (event) => event.type === "message:said" && /an older change of the same thing/.test(event.text),
    ),
  );
});

t.test("what was made after an older change had been taken back is taken back as ever", async (t) => {
  const place = workplace(t);
  place.write("file", "old\n");
  const run = await place.run(
    `
- hosts: all
  gather_facts: false
  serial: 2
  on_failure: rollback_host
  tasks:
    - copy: {content: "{{ inventory_hostname }}\\n", dest: DIR/file}
      delegate_to: b
      when: inventory_hostname != 'b'
    - fail:
      when: inventory_hostname == 'a'
`,
    ["a", "b", "c"],
  );
  t.equal(run.events.filter((event) => event.type === "change:reverted").length, 1);
  t.equal(place.read("file"), "c\n");
  await place.rollback(run.events, ["a", "b", "c"]);
  t.equal(place.read("file"), "old\n");
});

t.test("handlers of a change that was different after its revert are owed as well", async (t) => {
  const place = workplace(t);
  place.write("file", "old\n");
  const run = await place.run(`
- hosts: all
  gather_facts: false
  handlers:
    - {name: take in, command: cp DIR/file DIR/seen}
  tasks:
    - copy: {content: "one\\n", dest: DIR/file}
    - copy: {content: "two\\n", dest: DIR/file}
      notify: take in
`);
  const first = await place.rollback(run.events);
  const newer = first.events.find((event) => event.type === "change:reverted");
  // The newer one's state was different after its revert, and the host was lost before its handler ran.
  const lost = first.events.flatMap((event): Event[] => {
    if (event.type === "rollback:handler") return [{ ...event, message: "the link was lost" }];
    if (event !== newer || event.type !== "change:reverted") return [event];
    return [
      { ...event, type: "change:revert-failed", kind: "different", message: "it is different", hint: "look" },
    ];
  });
  place.write("seen", "two\n");
  const second = await place.rollback(run.events, ["a"], (world) => world, { earlier: [lost] });
  t.equal(place.read("seen"), "old\n");
  const third = await place.rollback(run.events, ["a"], (world) => world, { earlier: [lost, second.events] });
  t.notOk(third.events.some((event) => event.type === "rollback:handler"));
});
