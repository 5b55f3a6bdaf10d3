import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { Workplace } from "./local-run.ts";

t.setTimeout(60_000);

t.test("what ran once is not run again by a resume in which another host comes first", async (t) => {
  const place = new Workplace();
  t.teardown(() => place.remove());
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
      writeFileSync(join(place.folder, "b"), "");
      return world;
    },
  );
  t.equal(first.outcome.exitCode, 2);
  writeFileSync(join(place.folder, "a"), "");
  const { outcome } = await place.resume(first.events, ["a", "b"], { retryFailed: true });
  t.equal(outcome.exitCode, 0);
  t.equal(readFileSync(join(place.folder, "once"), "utf8"), "b\n");
});

t.test(
  "a host that a resume loses in an earlier play takes no part in the play that it had begun",
  async (t) => {
    const place = new Workplace();
    t.teardown(() => place.remove());
    const touch = (name: string): void => writeFileSync(join(place.folder, name), "");
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
