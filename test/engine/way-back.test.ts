import { execFileSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import t from "tap";
import type { World } from "../../src/engine/engine.ts";
import type { Event } from "../../src/journal/journal.ts";
import { workplace } from "./local-run.ts";

t.setTimeout(300_000);

const changes = `
- hosts: all
  gather_facts: false
  tasks:
    - copy: {content: "new", dest: DIR/file, mode: "0600"}
    - file: {path: DIR/folder/below, state: directory}
    - command: touch DIR/made
      register: made
      rollback:
        - file: {path: "{{ made.cmd[1] }}", state: absent}
    - command: echo read
      changed_when: false
`;

t.test("a rollback restores what a run changed, and proves it", async (t) => {
  const place = workplace(t);
  place.write("file", "old\n", 0o644);
  const run = await place.run(changes);
  t.equal(run.outcome.exitCode, 0);
  t.equal(place.read("file"), "new");

  const back = await place.rollback(run.events);
  t.equal(back.outcome.exitCode, 0);
  t.equal(place.read("file"), "old\n");
  t.equal(statSync(place.at("file")).mode & 0o777, 0o644);
  t.notOk(place.has("folder"));
  t.notOk(place.has("made"));
  t.equal(back.events.filter((event) => event.type === "change:reverted").length, 3);
});

t.test("the host's own revert.sh takes the changes back without kmend", async (t) => {
  const place = workplace(t);
  place.write("file", "old\n");
  const { events } = await place.run(changes);
  const recorded = events.find((event) => event.type === "change:recorded");
  const script = join(dirname((recorded as { save: string }).save), "revert.sh");
  t.equal(statSync(script).mode & 0o777, 0o700);
  t.match(execFileSync("sh", [script], { encoding: "utf8" }), /taking back: copy \(copy\)/);
  t.equal(place.read("file"), "old\n");
  t.notOk(place.has("folder"));
});

t.test("a state that differs after its revert is a failure with its own name", async (t) => {
  const place = workplace(t);
  place.write("file", "old\n");
  const run = await place.run(changes);
  const events = run.events.map((event) =>
    event.type === "change:recorded" && event.module === "copy"
      ? ({ ...event, state: { other: true } } as Event)
      : event,
  );
  const back = await place.rollback(events);
  t.equal(back.outcome.exitCode, 2);
  t.match(
    back.events.find((event) => event.type === "change:revert-failed"),
    {
      kind: "different",
      expected: { other: true },
    },
  );
});

t.test("a change without a way back is named, the others are taken back", async (t) => {
  const place = workplace(t);
  const run = await place.run(`
- hosts: all
  gather_facts: false
  tasks:
    - copy: {content: "new", dest: DIR/file}
    - command: touch DIR/made
`);
  const back = await place.rollback(run.events);
  t.equal(back.outcome.exitCode, 2);
  t.match(
    back.events.find((event) => event.type === "change:revert-failed"),
    { kind: "irreversible" },
  );
  t.notOk(place.has("file"));
});

t.test("an act that is over has no way back, and fails no rollback", async (t) => {
  const place = workplace(t);
  const run = await place.run(`
- hosts: all
  gather_facts: false
  tasks:
    - copy: {content: "new", dest: DIR/file}
    - command: echo over
`);
  const events = run.events.map((event) =>
    event.type === "change:recorded" && event.module === "command"
      ? ({ ...event, wayBack: { kind: "none", reason: "it is over", isPassing: true } } as Event)
      : event,
  );
  const back = await place.rollback(events);
  t.equal(back.outcome.exitCode, 0);
  t.notOk(back.events.some((event) => event.type === "change:revert-failed"));
  t.ok(
    back.events.some(
      (event) => event.type === "message:said" && event.text.endsWith("left as it is: it is over"),
    ),
  );
  t.notOk(place.has("file"));
});

t.test("a play that promises a way back does not begin what has none", async (t) => {
  const place = workplace(t);
  mkdirSync(place.at("large"));
  execFileSync("fallocate", ["-l", "65M", place.at("large/file")]);
  const removing = (policy: string, wayBack = "") => `
- hosts: all
  gather_facts: false
  ${policy}
  tasks:
    - copy: {content: "new", dest: DIR/before}
    - file: {path: DIR/large, state: absent}
      ${wayBack}
`;
  const refused = await place.run(removing("on_failure: rollback_host"));
  t.equal(refused.outcome.exitCode, 2);
  t.match(
    refused.events.findLast((event) => event.type === "task:ended"),
    {
      result: {
        msg: /^Cannot begin what could not be taken back, as on_failure: rollback_host promises: .*large is 65 MiB/,
      },
    },
  );
  t.ok(place.has("large"));
  t.notOk(place.has("before"), "and what was begun before it is taken back");
  const check = (world: World): World => ({ ...world, options: { ...world.options, check: true } });
  const planned = await place.run(removing("on_failure: rollback_host"), ["a"], check);
  t.equal(planned.outcome.exitCode, 2, "a dry run says so, too");
  const accepted = await place.run(removing("on_failure: rollback_host", "rollback: none"));
  t.equal(accepted.outcome.exitCode, 0);
  t.notOk(place.has("large"), "whoever says that there is none gets it");
});

t.test("on_failure: rollback_host takes back the host that failed, and no other", async (t) => {
  const place = workplace(t);
  const { outcome, events } = await place.run(
    `
- hosts: all
  gather_facts: false
  on_failure: rollback_host
  tasks:
    - copy: {content: "new", dest: "DIR/{{ inventory_hostname }}"}
    - fail: {msg: broken}
      when: inventory_hostname == 'a'
    - command: touch DIR/end
`,
    ["a", "b"],
  );
  t.equal(outcome.exitCode, 2);
  t.notOk(place.has("a"));
  t.ok(place.has("b"));
  t.ok(place.has("end"));
  t.match(
    events.find((event) => event.type === "rollback:ended"),
    { hosts: { a: "rolled back" } },
  );
});

t.test("a gate that does not hold ends the run, and rollback_batch takes its batch back", async (t) => {
  const place = workplace(t);
  const { outcome, events } = await place.run(
    `
- hosts: all
  gather_facts: false
  serial: 2
  on_failure: rollback_batch
  gate:
    - command: test {{ inventory_hostname }} != b
  tasks:
    - copy: {content: "new", dest: "DIR/{{ inventory_hostname }}"}
`,
    ["a", "b", "c"],
  );
  t.equal(outcome.exitCode, 2);
  t.match(
    events.find((event) => event.type === "gate:ended"),
    { held: false },
  );
  for (const host of ["a", "b", "c"]) t.notOk(place.has(host), host);
});
