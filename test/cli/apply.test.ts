/** A plan is carried out as it was made, or not at all. */

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import type { PlanFile } from "../../src/plan/plan.ts";
import { type Schema, wrongBy } from "../report/json-schema.ts";
import { type Ended, forgetSaved, kmend, lastRun, notForUsers } from "./kmend.ts";

t.setTimeout(300_000);

const schema: Schema = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../docs/plan.schema.json"), "utf8"),
);

const playbook = `
- hosts: all
  gather_facts: false
  serial: 1
  confirm_within: 10m
  tasks:
    - name: a file
      copy: {content: "{{ colour }} {{ api_token }}", dest: "DIR/{{ inventory_hostname }}/file"}
    - name: lines
      lineinfile: {path: "DIR/{{ inventory_hostname }}/list", line: "{{ item }}"}
      loop: [one, two]
      notify: told
    - name: a command
      command: touch DIR/{{ inventory_hostname }}/touched
      notify: told
    - name: nothing
      debug: {msg: nothing}
      when: false
  handlers:
    - name: told
      command: "true"
`;

class Place {
  readonly folder: string;
  constructor(t: Test) {
    this.folder = t.testdir({
      a: { list: "one\n" },
      b: { list: "" },
      "hosts.ini": "a ansible_connection=local shade=1 db_password=x1\nb ansible_connection=local\n",
    });
    writeFileSync(join(this.folder, "play.yml"), playbook.replaceAll("DIR", this.folder));
    t.teardown(() => forgetSaved(join(this.folder, "state")));
  }
  plan(...more: string[]): Promise<Ended> {
    const given = ["-e", "colour=red", "-e", "api_token=qwertyuiop"];
    return kmend(["plan", "-i", "hosts.ini", "play.yml", "--out", "plan.json", ...given, ...more], {
      cwd: this.folder,
    });
  }
  apply(...more: string[]): Promise<Ended> {
    return kmend(["apply", "plan.json", ...more], { cwd: this.folder });
  }
  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }
  read(name: string): string {
    return readFileSync(join(this.folder, name), "utf8");
  }
}

const same = ["-e", "api_token=qwertyuiop", "-e", "colour=red"];

t.test("a plan", async (t) => {
  const place = new Place(t);
  const planned = await place.plan();
  t.equal(planned.code, 0, planned.stdout + planned.stderr);
  t.match(
    planned.stdout,
    /The plan is in plan.json, and holds until .* \(with -e again: api_token, colour\):\n {4}kmend apply plan.json\n/,
  );
  const whole = place.read("plan.json");
  const plan: PlanFile = JSON.parse(whole);

  await t.test("has the form of the schema, and no secret", async (t) => {
    t.strictSame(wrongBy(schema, plan), []);
    t.notMatch(whole, /qwertyuiop|x1/);
    t.match(whole, /"after": "red \*{8}"/);
    t.match(plan, {
      playbooks: ["play.yml"],
      hosts: ["a", "b"],
      plays: [{ batches: [["a"], ["b"]], keywords: { serial: "1", confirm_within: "10m" } }],
      extraVars: { names: ["api_token", "colour"] },
      estimate: { seconds: null },
    });
  });

  await t.test("says of each task and item what will come of it", async (t) => {
    const said = plan.predictions
      .filter(({ host }) => host === "a")
      .map(({ task, index, says }) => `${task.name}${index ?? ""}: ${says}`);
    t.strictSame(said, [
      "a file: change",
      "lines0: right",
      "lines1: change",
      "a command: unknown",
      "nothing: skip",
      "told: unknown",
    ]);
    t.strictSame(plan.predictions.find(({ task }) => task.name === "a command")?.mayNotify, ["told"]);
  });

  const refused: readonly [string, RegExp, () => void, readonly string[]][] = [
    ["one that was changed", /it is not as it was written/, () => replace("plan.json", "red", "blue"), same],
    [
      "one that was cut short",
      /no JSON, or has no end/,
      () => place.write("plan.json", whole.slice(9)),
      same,
    ],
    ["missing variables", /whose values are in no plan: api_token/, () => {}, ["-e", "colour=red"]],
    ["another playbook", /play\.yml was changed since/, () => replace("play.yml", "nothing", "else"), same],
    [
      "another host",
      /inventory \(hosts\.ini\) has other hosts/,
      () => replace("hosts.ini", "b ", "c "),
      same,
    ],
    ["another variable", /inventory \(hosts\.ini\) has other/, () => replace("hosts.ini", "=1", "=2"), same],
    [
      "a host that has drifted",
      /a: task "a file", play\.yml:7:7: it would change, as the plan said, but from another state/,
      () => place.write("a/file", "new"),
      same,
    ],
    [
      "what is right no longer",
      /a: task "lines" \(item one\).*said "right already", now it is "would change"/,
      () => place.write("a/list", ""),
      same,
    ],
  ];
  function replace(name: string, from: string, to: string): void {
    place.write(name, place.read(name).replaceAll(from, to));
  }
  for (const [what, message, change, given] of refused)
    await t.test(`is refused for ${what}, and no host is changed`, async (t) => {
      const kept = new Map(["plan.json", "play.yml", "hosts.ini", "a/list"].map((n) => [n, place.read(n)]));
      change();
      const ended = await place.apply(...given);
      t.equal(ended.code, 5, ended.stdout + ended.stderr);
      t.match(ended.stderr, message);
      t.notMatch(ended.stderr, notForUsers);
      t.notMatch(ended.stderr, /qwertyuiop/);
      t.throws(() => place.read("b/file"), "nothing was made");
      for (const [name, text] of kept) place.write(name, text);
    });

  await t.test("goes on over drift where that is accepted, and names it", async (t) => {
    const ended = await place.apply(...same, "--allow-drift"); // a/file was written by hand above
    t.equal(ended.code, 0, ended.stdout + ended.stderr);
    t.match(ended.stdout, /applying the plan \S+ of \S+: 8 predictions\n {2}accepted: a: task "a file"/);
    t.match(ended.stdout, /PLAN: 8 predictions, 8 kept, 0 broken\n/);
  });
});

t.test("a run that goes otherwise than its plan says which predictions it broke", async (t) => {
  const place = new Place(t);
  place.write(
    "play.yml",
    place
      .read("play.yml")
      .replace(
        "- name: lines",
        `- name: more
      command: cp -r a/list b/
      args: {chdir: DIR}
    - block:
        - {name: fails, command: "false"}
      rescue:
        - {name: mends, copy: {content: mended, dest: "DIR/{{ inventory_hostname }}/mended"}}
    - name: lines`,
      )
      .replaceAll("DIR", place.folder),
  );
  const planned = await place.plan();
  t.equal(planned.code, 0, planned.stdout + planned.stderr);
  const ended = await place.apply(...same, "--summary", "summary.json", "--report", "applied.xml");
  t.equal(ended.code, 0, "the run itself is well");
  t.match(
    ended.stdout,
    /PLAN: 8 predictions, 6 kept, 2 broken; 2 changes not in the plan\n {2}- b: lines, item 1 \(.*\): the plan said "would change", it was right already\n {2}- b: lines, item 2.*\n {2}- a: mends \(.*play.yml:\d+:\d+\): it changed, and the plan did not speak of it\n {2}- b: mends /,
  );
  t.match(ended.stdout, /not in the plan: a: mends .*\n[\s\S]*changed: \[b\]/, "it is said when it happens");
  const summary = JSON.parse(place.read("summary.json"));
  t.match(summary, { command: "apply", plan: { predictions: 8, kept: 6, notComeTo: 0 } });
  t.match(summary.plan.broken, [{ host: "b", task: "lines", said: "change", happened: "right" }]);
  t.match(summary.plan.unforeseen, [{ host: "a", task: "mends" }, { host: "b" }]);
  t.match(place.read("applied.xml"), /<testsuites [^>]*failures="0" errors="0"/);
  const events = lastRun(join(place.folder, "state"));
  t.equal(events[0]?.type === "run:started" && events[0].command, "apply");
  t.equal(events.filter(({ type }) => type === "prediction:kept").length, 6);
  t.match(
    events.filter((event) => event.type === "prediction:broken"),
    [
      { host: "b", said: "change", happened: "right", index: 0 },
      { host: "b", said: "change", happened: "right", index: 1 },
    ],
  );
});

t.test(
  "a plan is its user's alone, and says how its plays are carried out and how long earlier runs took",
  async (t) => {
    const place = new Place(t);
    place.write(
      "play.yml",
      `
- hosts: all
  gather_facts: false
  on_failure: rollback_host
  gate:
    - command: "true"
  tasks:
    - copy: {content: new, dest: "${place.folder}/{{ inventory_hostname }}/file"}
`,
    );
    const planned = async (): Promise<PlanFile> => {
      const { code, stdout, stderr } = await place.plan();
      t.equal(code, 0, stdout + stderr);
      return JSON.parse(place.read("plan.json"));
    };
    const runs = (): number => readdirSync(join(place.folder, "state/runs")).length;
    const refused = await place.plan("--out", "nowhere/plan.json");
    t.equal(refused.code, 5);
    t.match(refused.stderr, /^Cannot write the plan nowhere\/plan.json: /);
    t.throws(runs, "no host is asked for a plan that can't be written");
    const first = await planned();
    t.equal(statSync(join(place.folder, "plan.json")).mode & 0o777, 0o600);
    t.match(first.plays, [{ keywords: { on_failure: "rollback_host", gate: "1 task" } }]);
    const second = await planned();
    t.equal(second.estimate.seconds, null, "a dry run takes another time");
    t.not(second.extraVars.salt, first.extraVars.salt);
    t.equal((await place.apply(...same)).code, 0);
    mkdirSync(join(place.folder, "state/runs/20261125-000000-abcde"));
    t.not((await planned()).estimate.seconds, null, "a run whose journal can't be read says nothing");
  },
);

t.test("a plan is told from the folder that it was made in", async (t) => {
  const place = new Place(t);
  await place.plan();
  const ended = await kmend(["apply", join(place.folder, "plan.json"), ...same], {
    cwd: join(place.folder, "a"),
  });
  t.equal(ended.code, 5);
  t.match(
    ended.stderr,
    /^Cannot apply \S+plan.json: there is no play.yml in \S+\n {2}Go to the folder that the plan was made in/,
  );
});

t.test("an old plan is refused", async (t) => {
  const place = new Place(t);
  await place.plan("--valid-for", "0s");
  const ended = await place.apply(...same);
  t.equal(ended.code, 5);
  t.match(ended.stderr, /it was made at \S+ and valid until \S+\n {2}Make the plan again/);
});
