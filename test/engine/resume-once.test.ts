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
