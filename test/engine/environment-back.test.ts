/** What a change's own environment was, its way back has: a package comes back by the proxy that it came by. */

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import t, { type Test } from "tap";
import { type Workplace, workplace } from "./local-run.ts";

t.setTimeout(100_000);

const playbook = `
- hosts: all
  gather_facts: false
  environment: {PATH: "DIR/bin:/usr/bin:/bin", WITNESS: DIR/witness}
  vars: {pass: sesame-and-salt}
  tasks:
    - name: plain
      file: {path: DIR/file, state: absent}
      environment: {FLAVOUR: it's plain, LOGIN_PASSWORD: "{{ pass }}"}
    - name: own
      command: touch DIR/made
      environment: {FLAVOUR: own}
      rollback:
        - shell: rm DIR/made && echo "$FLAVOUR $MORE" > DIR/told
          environment: {MORE: "{{ inventory_hostname }}"}
`;

/** A place where `mv`, by which the file comes back, tells in which environment it was called. */
function placeWithWitness(t: Test): Workplace {
  const place = workplace(t);
  mkdirSync(place.at("bin"));
  for (const program of ["mv", "cp"])
    writeFileSync(
      place.at(`bin/${program}`),
      `#!/bin/sh\n[ -z "$WITNESS" ] || echo "$FLAVOUR" >> "$WITNESS"\nexec /bin/${program} "$@"\n`,
      { mode: 0o755 },
    );
  place.write("file", "old\n");
  return place;
}

t.test("a rollback has the environment of play and task, and `rollback:` tasks have it, too", async (t) => {
  const place = placeWithWitness(t);
  const run = await place.run(playbook);
  t.equal(run.outcome.exitCode, 0);
  rmSync(place.at("witness"), { force: true });
  const back = await place.rollback(run.events);
  t.equal(back.outcome.exitCode, 0);
  t.equal(place.read("file"), "old\n");
  t.match(place.read("witness"), /^it's plain$/m);
  t.equal(place.read("told"), "own a\n");
});

t.test("so has the script on the host, and no secret is in either", async (t) => {
  const place = placeWithWitness(t);
  const { events } = await place.run(playbook);
  const recorded = events.find((event) => event.type === "change:recorded");
  const { save } = recorded as { save: string };
  t.notMatch(JSON.stringify(events), "sesame");
  t.notMatch(readFileSync(join(save, "revert.sh"), "utf8"), "sesame");
  rmSync(place.at("witness"), { force: true });
  execFileSync("sh", [join(dirname(save), "revert.sh")], { env: { PATH: "/usr/bin:/bin" } });
  t.ok(place.has("file"));
  t.match(place.read("witness"), /^it's plain$/m);
});
