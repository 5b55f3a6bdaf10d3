/** A change that holds a secret: the journal does not tell it, and it is taken back all the same. */

import t from "tap";
import type { World } from "../../src/engine/engine.ts";
import type { Event } from "../../src/journal/journal.ts";
import type { HostModule, Module } from "../../src/modules/modules.ts";
import { raw } from "../../src/script/script.ts";
import { Dict } from "../../src/template/template.ts";
import { workplace } from "./local-run.ts";

t.setTimeout(120_000);

const secret = "hunter2-of-the-day";
const play = (tasks: string): string =>
  `- hosts: a\n  gather_facts: false\n  vars: {db_password: ${secret}}\n  tasks:\n${tasks}`;

const changes = (events: readonly Event[]) => events.filter((event) => event.type === "change:recorded");

t.test("a line with a secret is masked, and compared after its rollback, and brought again", async (t) => {
  const place = workplace(t);
  const old = `user=app\npassword=the-one-before\n${"# filler\n".repeat(600)}`;
  place.write("file", old);
  const run = await place.run(
    play('    - lineinfile: {path: DIR/file, regexp: ^password, line: "password={{ db_password }}"}\n'),
  );
  t.equal(run.outcome.exitCode, 0);
  t.match(place.read("file"), `password=${secret}`);
  t.match(changes(run.events), [{ masked: true, wayBack: { kind: "revert" } }]);
  const back = await place.rollback(run.events);
  t.equal(back.outcome.exitCode, 0, JSON.stringify(back.events.at(-3)));
  t.equal(place.read("file"), old);
  const again = await place.rollback(back.events);
  t.equal(again.outcome.exitCode, 0, JSON.stringify(again.events.at(-3)));
  t.match(place.read("file"), `password=${secret}`);
  t.notMatch(place.journals(), /hunter2|the-one-before/);
});

t.test("what somebody else made of it since is still theirs", async (t) => {
  const place = workplace(t);
  const run = await place.run(play('    - copy: {content: "{{ db_password }}", dest: DIR/file}\n'));
  place.write("file", "theirs");
  const back = await place.rollback(run.events);
  t.equal(back.outcome.exitCode, 2);
  t.match(
    back.events.find((event) => event.type === "change:revert-failed"),
    { kind: "foreign" },
  );
  t.equal(place.read("file"), "theirs");
});

t.test(
  "where a path holds the secret nothing of the change is told, and the host takes it back",
  async (t) => {
    const place = workplace(t);
    const run = await place.run(play('    - copy: {content: x, dest: "DIR/{{ db_password }}"}\n'));
    t.ok(place.has(secret));
    const [recorded] = changes(run.events);
    t.strictSame(recorded?.changes, { censored: true });
    t.equal(recorded?.script, undefined);
    const back = await place.rollback(run.events);
    t.equal(back.outcome.exitCode, 0, JSON.stringify(back.events.at(-3)));
    t.notOk(place.has(secret));
    t.notMatch(place.journals(), /hunter2/);
  },
);

t.test("a run that takes itself back knows its secrets: its rollback tasks and handlers run", async (t) => {
  const place = workplace(t);
  const run = await place.run(
    play(`    - copy: {content: x, dest: DIR/file}
      rollback: [{copy: {content: "{{ db_password }}", dest: DIR/undone}}]
    - command: /bin/false
`).replace("  tasks:", "  on_failure: rollback_host\n  tasks:"),
  );
  t.equal(run.outcome.exitCode, 2);
  t.equal(place.read("undone"), secret);
  t.notMatch(place.journals(), /hunter2/);
});

t.test("a rollback task that held a secret is not run with stars in its place", async (t) => {
  const place = workplace(t);
  const run = await place.run(
    play(`    - copy: {content: x, dest: DIR/file}
      rollback: [{copy: {content: "{{ db_password }}", dest: DIR/undone}}]
`),
  );
  const back = await place.rollback(run.events);
  t.equal(back.outcome.exitCode, 2);
  t.match(
    back.events.find((event) => event.type === "change:revert-failed"),
    { message: /held a secret, which no journal keeps: run it by hand/ },
  );
  t.notOk(place.has("undone"));
});

t.test("an option that is a secret by itself is masked wherever it turns up", async (t) => {
  const place = workplace(t);
  const { events } = await place.run(
    play("    - lock_up: {pin: not-a-secret-name}\n    - debug: {msg: not-a-secret-name}\n"),
    ["a"],
    withModule(lockUp),
  );
  const ends = events.filter((event) => event.type === "task:ended");
  t.match(ends, [{ result: { said: "********" } }, { result: { msg: "********" } }]);
  t.notMatch(JSON.stringify(events), /not-a-secret-name/);
});

/** A module that says again what it was given to keep. */
const lockUp: HostModule<{ pin: string }, null, { before: null; after: null; irreversible: string }> = {
  kind: "host",
  name: "lock_up",
  summary: "Keep a number",
  options: { pin: { type: "str", required: true, secret: true, help: "Keep this" } },
  wayBack: "None.",
  inspect: null,
  plan: () => ({ before: null, after: null, irreversible: "it is kept" }),
  apply: () => raw(":"),
  revert: () => null,
  result: ({ args }) => Dict.of({ said: args.pin }),
};

function withModule(module: Module): (world: World) => World {
  return (world) => ({
    ...world,
    catalogue: { find: (name) => (name === module.name ? module : world.catalogue.find(name)) },
  });
}

t.test("a secret that is also a word of kmend's own harms no rollback", async (t) => {
  for (const word of [
    "write",
    "file",
    "content",
    "steps",
    "/tmp/",
    "kmend",
    "sha256",
    "attributes",
    "utf-8",
  ]) {
    const place = workplace(t);
    place.write("kept", "user=app\n");
    const tasks = `    - lineinfile: {path: DIR/kept, line: "password={{ db_password }}"}
    - copy: {content: "{{ db_password }}", dest: DIR/out}
    - file: {path: DIR/out, mode: "0600"}
    - file: {path: DIR/link, src: DIR/out, state: link}
`;
    const run = await place.run(play(tasks).replace(secret, word));
    t.equal(run.outcome.exitCode, 0, word);
    const back = await place.rollback(run.events);
    t.equal(back.outcome.exitCode, 0, `${word}: ${JSON.stringify(back.events.slice(-4))}`);
    t.equal(place.read("kept"), "user=app\n", word);
    t.notOk(place.has("out"), word);
  }
});
