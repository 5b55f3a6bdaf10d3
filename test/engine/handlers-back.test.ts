/** Once a change is taken back, what it had notified runs again: once a host, and for no other reason. */

import { rmSync } from "node:fs";
import t, { type Test } from "tap";
import { type Workplace, workplace } from "./local-run.ts";

const play = (more = "", keywords = "") => `
- hosts: all
  gather_facts: false
${keywords}  vars: {unit: kubelet}
  handlers:
    - name: Restart
      shell: echo "{{ unit }} with $(cat DIR/file 2>/dev/null)" >> DIR/log
    - name: Reload
      shell: echo reloaded >> DIR/log
      listen: Fresh
    - name: Unheard
      shell: echo unheard >> DIR/log
  tasks:
    - copy: {content: ours, dest: DIR/file}
      notify: [Fresh, Restart]
    - file: {path: DIR/folder, state: directory}
      notify: Restart
    - file: {path: DIR/quiet, state: directory}
${more}`;

/** A place with an old file, and what its handlers wrote since it was last asked. */
function withLog(t: Test): { place: Workplace; log: () => string } {
  const place = workplace(t);
  place.write("file", "old");
  const log = () => {
    const text = place.has("log") ? place.read("log") : "";
    rmSync(place.at("log"), { force: true });
    return text;
  };
  return { place, log };
}

t.test(
  "handlers run once after a rollback, in their order, on the state before; and after it is brought again",
  async (t) => {
    const { place, log } = withLog(t);
    const run = await place.run(play());
    t.equal(log(), "kubelet with ours\nreloaded\n");
    const back = await place.rollback(run.events);
    t.equal(log(), "kubelet with old\nreloaded\n");
    t.match(
      back.events.filter((event) => event.type === "rollback:handler"),
      [
        { host: "a", name: "Restart" },
        { host: "a", name: "Reload" },
      ],
    );
    const again = await place.rollback(back.events);
    t.equal(log(), "kubelet with ours\nreloaded\n");
    t.equal((await place.rollback(again.events)).outcome.exitCode, 0);
    t.equal(log(), "kubelet with old\nreloaded\n");
  },
);

t.test("not with --no-handlers", async (t) => {
  const { place, log } = withLog(t);
  const run = await place.run(play());
  log();
  await place.rollback(run.events, ["a"], (w) => w, { handlers: false });
  t.equal(log(), "");
});

t.test("not for a change that was not taken back", async (t) => {
  const { place, log } = withLog(t);
  const run = await place.run(play().replaceAll("shell:", "command: sleep 0 #"));
  log();
  place.write("file", "theirs");
  const back = await place.rollback(run.events);
  t.match(
    back.events.filter((event) => event.type === "rollback:handler"),
    [{ name: "Restart" }],
    "only the folder was",
  );
});

t.test("after an on_failure rollback too", async (t) => {
  const { place, log } = withLog(t);
  await place.run(play("    - fail:\n", "  on_failure: rollback_host\n"));
  t.equal(log(), "kubelet with old\nreloaded\n");
});

t.test("one that fails is named, and the rollback has failed", async (t) => {
  const { place } = withLog(t);
  const text = play().replace(/shell: echo reloaded.*/, "shell: grep -q ours DIR/file");
  const run = await place.run(text);
  t.equal(run.outcome.exitCode, 0);
  const back = await place.rollback(run.events);
  t.equal(back.outcome.exitCode, 2);
  t.match(back.events.filter((event) => event.type === "rollback:handler")[1], {
    name: "Reload",
    message: /non-zero/,
  });
  t.match(
    back.events.find((event) => event.type === "rollback:ended"),
    { hosts: { a: "rollback failed" } },
  );
});

t.test("one that cannot be held ready is named", async (t) => {
  const { place, log } = withLog(t);
  const run = await place.run(
    play().replace("      listen: Fresh", "      listen: Fresh\n      loop: [1, 2]"),
  );
  log();
  const back = await place.rollback(run.events);
  t.equal(log(), "kubelet with old\n");
  t.match(
    back.events.find((event) => event.type === "message:said" && event.level === "warning"),
    { text: /the handler Reload is not run/ },
  );
});

t.test(
  "a task that failed notified nobody; what it changed all the same is taken back with its handlers",
  async (t) => {
    const { place, log } = withLog(t);
    const failing = `
    - shell: echo half > DIR/file; false
      notify: Restart
      ignore_errors: true
      rollback:
        - copy: {content: old, dest: DIR/file}
`;
    const run = await place.run(play().replace(/ {2}tasks:.*/s, `  tasks:${failing}`));
    t.equal(log(), "", "nothing took it in");
    t.equal((await place.rollback(run.events)).outcome.exitCode, 0);
    t.equal(place.read("file"), "old");
    t.equal(log(), "kubelet with old\n", "if something has since, it takes in the old again");
  },
);

t.test("whom a failed task would have notified need not be there", async (t) => {
  const { place } = withLog(t);
  const failing = '    - shell: "false"\n      notify: [Nobody]\n      ignore_errors: true\n';
  t.equal((await place.run(play(failing))).outcome.exitCode, 0);
});
