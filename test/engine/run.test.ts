import t from "tap";
import { workplace } from "./local-run.ts";

t.setTimeout(300_000);

t.test("a variable that nothing defines is named with its place", async (t) => {
  const place = workplace(t);
  const { events } = await place.run(`
- hosts: all
  gather_facts: false
  tasks:
    - debug:
        msg: "{{ nope }}"
`);
  const ended = events.find((event) => event.type === "task:ended");
  t.match(ended, { outcome: "failed", result: { msg: /play\.yml:6:9: 'nope' is undefined/ } });
});

t.test("the first Ctrl-C ends the run after the tasks under way, and the journal has its end", async (t) => {
  const place = workplace(t);
  const soft = new AbortController();
  const { outcome, events } = await place.run(
    `
- hosts: all
  gather_facts: false
  tasks:
    - command: echo one
    - command: echo two
`,
    ["a"],
    (world) => {
      world.journal.subscribe((event) => {
        if (event.type === "change:recorded") queueMicrotask(() => soft.abort("SIGINT"));
      });
      return { ...world, stop: { ...world.stop, soft: soft.signal } };
    },
  );
  t.equal(outcome.exitCode, 99);
  t.equal(events.filter((event) => event.type === "task:ended").length, 1);
  t.match(events.at(-1), { type: "run:ended", exitCode: 99 });
  t.ok(events.some((event) => event.type === "run:interrupted"));
});

t.test(
  "a change is in the journal before it is applied, and an inspection that finds all right records none",
  async (t) => {
    const place = workplace(t);
    const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - copy: {content: "text\\n", dest: DIR/file}
`;
    const first = await place.run(playbook);
    const types = first.events.map((event) => event.type);
    t.ok(types.indexOf("change:recorded") < types.indexOf("change:applied"));
    const second = await place.run(playbook);
    t.equal(second.outcome.recap["a"]?.changed, 0);
    t.notOk(second.events.some((event) => event.type === "change:recorded"));
  },
);

t.test("what no_log hides is nowhere in the journal", async (t) => {
  const place = workplace(t);
  const { events } = await place.run(`
- hosts: all
  gather_facts: false
  vars: {password: hunter2}
  tasks:
    - copy: {content: "{{ password }}", dest: DIR/file}
      no_log: true
    - command: echo {{ item }}
      loop: ["{{ password }}"]
      no_log: true
    - fail: {msg: "{{ password }}"}
      no_log: true
`);
  t.notMatch(JSON.stringify(events), /hunter2/);
});

t.test("a template that fails in what follows from a task fails its host, and no other", async (t) => {
  const cases = {
    notify: `command: echo
      notify: "{{ known }}"`,
    ignore_errors: `command: "false"
      ignore_errors: "{{ known }}"`,
    meta: `meta: noop
      when: known`,
  };
  for (const [name, task] of Object.entries(cases)) {
    const place = workplace(t);
    const { outcome, events } = await place.run(
      `
- hosts: all
  gather_facts: false
  handlers: [{name: told, ping: }]
  tasks:
    - set_fact: {known: told}
      when: inventory_hostname == 'b'
    - ${task}
    - name: on
      ping:
`,
      ["a", "b"],
    );
    t.equal(outcome.exitCode, 2, name);
    const failed = events.find(
      (event) => event.type === "task:ended" && event.host === "a" && event.outcome === "failed",
    );
    t.match(failed, { result: { msg: /'known' is undefined/ } }, name);
  }
});

t.test("keywords on how a task runs are heard", async (t) => {
  const place = workplace(t);
  const { events } = await place.run(
    `
- hosts: all
  gather_facts: true
  gather_subset: [min]
  tasks:
    - name: alone
      shell: mkdir DIR/here && sleep 0.1 && rmdir DIR/here
      throttle: 1
    - name: too long
      shell: sleep 30
      timeout: 1
      ignore_errors: true
    - name: given away
      set_fact: {mine: 1}
      delegate_to: b
      delegate_facts: true
      when: inventory_hostname == 'a'
    - name: kept
      debug: {msg: "{{ mine | default('none') }} {{ ansible_mounts is defined }}"}
`,
    ["a", "b"],
  );
  const ended = (name: string): unknown[] =>
    events
      .flatMap((event) =>
        event.type === "task:ended" && event.task.name === name
          ? [[event.host, event.outcome, event.result]]
          : [],
      )
      .sort(([one], [other]) => (String(one) < String(other) ? -1 : 1));
  t.match(ended("alone"), [
    ["a", "changed"],
    ["b", "changed"],
  ]);
  t.match(ended("too long"), [
    ["a", "failed", { msg: /longer than the 1 s/ }],
    ["b", "failed", { msg: /longer than the 1 s/ }],
  ]);
  t.match(ended("kept"), [
    ["a", "ok", { msg: "none False" }],
    ["b", "ok", { msg: "1 False" }],
  ]);
});

t.test("whoever watches tries of `until` sees how far they are, but for secrets", async (t) => {
  const place = workplace(t);
  const { events } = await place.run(`
- hosts: all
  gather_facts: false
  tasks:
    - &count
      shell: echo begun; echo x >> DIR/tries; echo "$(wc -l < DIR/tries) of 2"; [ $(wc -l < DIR/tries) -ge 2 ]
      register: tried
      until: tried.rc == 0
      delay: 0
    - file: {path: DIR/tries, state: absent}
    - {<<: *count, no_log: true}
`);
  const tries = events.filter((event) => event.type === "task:retrying");
  t.match(tries, [
    { attempt: 1, said: "1 of 2" },
    { attempt: 1, said: undefined },
  ]);
  t.equal(tries.length, 2);
});
