/** What `module_defaults` gives counts as the task's own arguments do: in the journal, on the way back, in a plan. */

import t from "tap";
import { workplace } from "./local-run.ts";

t.setTimeout(120_000);

t.test(
  "a change made by defaults is recorded with them and taken back, and their secret is told nowhere",
  async (t) => {
    const place = workplace(t);
    const secret = "hunter2-of-the-defaults";
    const run = await place.run(`
- hosts: a
  gather_facts: false
  vars: {app_password: ${secret}}
  module_defaults:
    copy: {content: "password={{ app_password }}", mode: "0600"}
    command: {chdir: DIR}
    file: {state: absent}
  tasks:
    - copy: {dest: DIR/file}
    - command: touch made
      rollback:
        - file: {path: DIR/made}
`);
    t.equal(run.outcome.exitCode, 0);
    t.equal(place.read("file"), `password=${secret}`);
    t.ok(place.has("made"));
    t.notMatch(place.journals(), /hunter2/);
    const back = await place.rollback(run.events);
    t.equal(back.outcome.exitCode, 0, JSON.stringify(back.events.at(-3)));
    t.notOk(place.has("file"));
    t.notOk(place.has("made"));
  },
);

t.test("a trouble with a default is told at its place", async (t) => {
  const place = workplace(t);
  const { events } = await place.run(`
- hosts: a
  gather_facts: false
  module_defaults:
    debug:
      msg: "{{ nowhere }}"
    copy: "{{ 'no dictionary' }}"
    group/kubernetes.core.k8s: {namespace: x}
    yum: {exclude: "{{ of_yum }}"}
    dnf: {exclude: "{{ of_dnf }}"}
    systemd: {name: "{{ of_systemd }}"}
    systemd_service: {name: "{{ of_systemd_service }}"}
  tasks:
    - debug:
      ignore_errors: true
    - copy: {dest: DIR/x}
      ignore_errors: true
    - package: {name: x, use: dnf4}
      ignore_errors: true
    - package: {name: x}
      ignore_errors: true
    - service: {name: x, state: started}
      ignore_errors: true
    - systemd_service: {name: x}
      ignore_errors: true
    - kubernetes.core.k8s_drain: {name: x}
`);
  const told = events.flatMap((event) =>
    event.type === "task:ended" ? [(event.result as { msg: string }).msg.replace(place.folder, "")] : [],
  );
  t.strictSame(
    told.map((each) => each.split(/\n|\. Supported/)[0]),
    [
      "/play.yml:6:7: 'nowhere' is undefined",
      "/play.yml:7:11: The template must give a dictionary of arguments",
      "/play.yml:10:11: 'of_dnf' is undefined",
      "/play.yml:20:7: Cannot tell whether the defaults of yum or dnf are meant: the host's facts are not gathered",
      "/play.yml:11:15: 'of_systemd' is undefined",
      "/play.yml:12:23: 'of_systemd_service' is undefined",
      "Unsupported parameters for (kubernetes.core.k8s_drain) module: namespace",
    ],
  );
});

t.test("a plan knows what the defaults of a task name that it cannot foresee", async (t) => {
  const place = workplace(t);
  for (const name of ["file", "other"]) place.write(name, "one\n");
  const { events } = await place.run(
    `
- hosts: a
  gather_facts: false
  module_defaults:
    lineinfile: {path: DIR/file}
  tasks:
    - command: echo two
      register: said
    - lineinfile: {line: "{{ said.stdout_lines[0] }}"}
    - lineinfile: {line: one}
    - lineinfile: {path: DIR/other, line: one}
`,
    ["a"],
    (world) => ({ ...world, options: { ...world.options, check: true, foretells: true } }),
  );
  const ends = events.filter((event) => event.type === "task:ended");
  t.strictSame(
    ends.map(({ outcome }) => outcome),
    ["skipped", "skipped", "skipped", "ok"],
  );
});
