/** `rollback --check` names what the rollback would come to, and nothing that it would leave out. */

import t from "tap";
import type { World } from "../../src/engine/engine.ts";
import type { Event } from "../../src/journal/journal.ts";
import { type LocalRun, workplace } from "./local-run.ts";

const check = (world: World): World => ({ ...world, options: { ...world.options, check: true } });

function said({ events }: LocalRun): string[] {
  return events.flatMap((event) => (event.type === "message:said" ? [event.text] : []));
}

/** The tasks of the changes that it spoke of, in its order. */
function cameTo(events: readonly Event[]): string[] {
  return events.flatMap((event) => {
    if (event.type === "change:reverted" || event.type === "change:revert-failed") return [event.task.name];
    const [, task] = (event.type === "message:said" && event.text.split(": ")) || [];
    return task === undefined ? [] : [task];
  });
}

t.test("a rollback and what is foretold of it name the same changes", async (t) => {
  const place = workplace(t);
  const { outcome, events } = await place.run(`
- hosts: all
  gather_facts: false
  tasks:
    - {name: file, copy: {content: x, dest: DIR/file}}
    - {name: outside, command: cat DIR/file, changed_when: false}
    - {name: as it turned out, command: cat DIR/file, register: cat, changed_when: "'y' in cat.stdout"}
    - rollback:
        - {name: undo, command: touch DIR/undone}
      block:
        - {name: first, command: touch DIR/first}
        - {name: look, command: cat DIR/first, changed_when: false}
        - {name: second, command: touch DIR/second}
    - name: by no task
      command: touch DIR/third
      rollback: [{name: never, command: "false", when: false}]
    - {name: no way, command: touch DIR/fourth}
`);
  t.equal(outcome.exitCode, 0);
  const foretold = await place.rollback(events, ["a"], check);
  t.strictSame(said(foretold), [
    "a: no way: cannot be taken back: what a command changed is not known; a `rollback:` on the task would undo it",
    "a: first: by its rollback tasks: undo",
    "a: file: its module restores the state before",
  ]);
  // A reboot, say.
  const isOver = events.map((event) =>
    event.type === "change:recorded" && event.task.name === "no way"
      ? { ...event, wayBack: { kind: "none", reason: "it is over", isPassing: true } as const }
      : event,
  );
  t.equal(said(await place.rollback(isOver, ["a"], check))[0], "a: no way: left as it is: it is over");

  const done = await place.rollback(events);
  t.strictSame(cameTo(done.events), cameTo(foretold.events));
});

t.test("where it would do nothing, it says so", async (t) => {
  const place = workplace(t);
  const { events } = await place.run(`
- hosts: all
  gather_facts: false
  tasks:
    - {command: cat DIR/play.yml, changed_when: false}
`);
  t.match(events, [{}, {}]);
  const [text, ...more] = said(await place.rollback(events, ["a"], check));
  t.match(text, /^There is nothing to take back of /);
  t.strictSame(more, []);
});
