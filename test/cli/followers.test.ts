/** Who follows a run that nobody watches: the line a batch, the summary file, the hooks. */

import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import type { WrittenSummary } from "../../src/report/report.ts";
import { type Schema, wrongBy } from "../report/json-schema.ts";
import { type Ended, forgetSaved, kmend, lastRun, notForUsers, startKmend } from "./kmend.ts";

t.setTimeout(300_000);

const schema: Schema = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../docs/summary.schema.json"), "utf8"),
);

const rollout = `
- hosts: all
  gather_facts: false
  serial: 1
  on_failure: rollback_batch
  tasks:
    - copy: {content: new, dest: "DIR/{{ inventory_hostname }}"}
    - name: the second
      command: test {{ inventory_hostname }} != b
      changed_when: false
`;

class Place {
  readonly folder: string;
  constructor(t: Test, playbook = rollout) {
    this.folder = t.testdir({});
    writeFileSync(join(this.folder, "play.yml"), playbook.replaceAll("DIR", this.folder));
    t.teardown(() => forgetSaved(join(this.folder, "state")));
  }
  readonly argv = (hosts: string, ...options: string[]): string[] => [
    "run",
    "-i",
    hosts,
    "-c",
    "local",
    "play.yml",
    ...options,
  ];
  run(hosts: string, ...options: string[]): Promise<Ended> {
    return kmend(this.argv(hosts, ...options), { cwd: this.folder });
  }
  read(name: string): string {
    return readFileSync(join(this.folder, name), "utf8");
  }
  summary(): WrittenSummary {
    const written = JSON.parse(this.read("summary.json"));
    t.strictSame(wrongBy(schema, written), [], "it is what the schema describes");
    return written;
  }
  events(): readonly { readonly n: number }[] {
    return lastRun(join(this.folder, "state"));
  }
  received(): string[] {
    return this.read("received").trimEnd().split("\n");
  }
}

t.test("each batch of several ends with a line that says how it stands", async (t) => {
  const { stdout, code } = await new Place(t).run("a,b,c,");
  t.equal(code, 2);
  t.match(stdout, /\nbatch 1 of 3 ended at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ: 1 well; 2 hosts to come\n/);
  t.match(stdout, /\nbatch 2 of 3 ended at \S+Z: 0 well, 1 failed \(b\); taken back; 1 host to come\n/);
  const { stdout: alone } = await new Place(t).run("a,");
  t.notMatch(alone, "batch 1 of 1", "where there is one batch, the recap says it");
});

t.test("--summary", async (t) => {
  await t.test("says how each host ended, and what is left to do", async (t) => {
    const place = new Place(t);
    await place.run("a,b,c,", "--summary", "summary.json");
    const summary = place.summary();
    t.match(summary, {
      command: "run",
      state: "ended",
      exitCode: 2,
      reason: "failed",
      hosts: { a: { end: "changed" }, b: { end: "rolled back" } },
      left: { done: ["a"], untouched: ["c"], goOn: "anew" },
    });
    t.match(summary.hosts["b"]?.failedAt, { task: "the second", place: /play\.yml:8:7$/ });
    t.ok(existsSync(join(summary.folder, "journal.jsonl")));

    const back = await kmend(["rollback", summary.run, "--summary", "summary.json"], { cwd: place.folder });
    t.equal(back.code, 0, back.stdout);
    t.match(place.summary(), { command: "rollback", of: summary.run, hosts: { a: { end: "rolled back" } } });
  });

  await t.test("of a run that was interrupted, and of one that goes on with it", async (t) => {
    const waiting = `
- hosts: all
  gather_facts: false
  tasks:
    - copy: {content: new, dest: "DIR/{{ inventory_hostname }}"}
    - command: sh -c 'touch DIR/begun; while [ ! -e DIR/go ]; do sleep 0.05; done'
    - command: echo end
`;
    const place = new Place(t, waiting);
    const started = startKmend(place.argv("a,", "--summary", "summary.json"), { cwd: place.folder });
    while (!existsSync(join(place.folder, "begun"))) await new Promise((resolve) => setTimeout(resolve, 20));
    const { startedAt, ...begun } = place.summary();
    t.match(begun, { state: "running", command: "run", playbooks: ["play.yml"], hosts: {} });
    t.ok(Date.parse(startedAt) > Date.now() - 300_000, startedAt);
    started.process.kill("SIGINT");
    while (!place.events().some((event) => (event as { type?: string }).type === "run:interrupted"))
      await new Promise((resolve) => setTimeout(resolve, 20));
    writeFileSync(join(place.folder, "go"), "");
    t.equal((await started.ended).code, 99);
    t.match(place.summary(), {
      state: "ended",
      reason: "interrupted",
      left: { halfDone: ["a"], goOn: "resume" },
    });
    const [before, play] = [place.read("summary.json"), place.read("play.yml")];
    const written = statSync(join(place.folder, "summary.json")).mtimeMs;
    writeFileSync(join(place.folder, "play.yml"), `${play}    - command: echo more\n`);
    const files = ["--summary", "summary.json", "--metrics-file", "refused.prom"];
    const refused = await kmend(["resume", "last", ...files], { cwd: place.folder });
    writeFileSync(join(place.folder, "play.yml"), play);
    t.equal(refused.code, 5, refused.stderr);
    t.equal(place.read("summary.json"), before);
    t.notOk(existsSync(join(place.folder, "refused.prom")));
    t.equal(statSync(join(place.folder, "summary.json")).mtimeMs, written, "what began nothing says nothing");
    const on = await kmend(["resume", "last", "--summary", "summary.json", "--report", "on.json"], {
      cwd: place.folder,
    });
    t.equal(on.code, 0, on.stdout);
    t.match(
      JSON.parse(place.read("on.json")),
      { resumes: 1, exitCode: 0, hosts: [{ results: [{ task: 0 }, { task: 1 }, { task: 2 }] }] },
      "a report has what was before, too",
    );
    t.match(place.summary(), {
      command: "run",
      exitCode: 0,
      reason: "done",
      hosts: { a: { end: "changed" } },
    });
    t.notOk(place.summary().left, "nothing is left any more");
  });

  await t.test("that can't be written is refused before anything is done", async (t) => {
    const place = new Place(t);
    for (const file of ["no/such/folder.json", "."]) {
      const { code, stderr } = await place.run("a,", "--summary", file);
      t.equal(code, 5);
      t.match(stderr, `Cannot write the summary ${file}: `);
      t.notMatch(stderr, notForUsers);
    }
    t.notOk(existsSync(join(place.folder, "a")));
  });
});

t.test("--on-event", async (t) => {
  await t.test("gives every event to each hook, one JSON line each, as the journal has them", async (t) => {
    const place = new Place(t);
    const { stderr } = await place.run("a,", "--on-event", "cat > received", "--on-event", "wc -l > count");
    t.equal(stderr, "");
    t.strictSame(
      place.received().map((line) => JSON.parse(line)),
      JSON.parse(JSON.stringify(place.events())),
    );
    t.equal(Number(place.read("count")), place.events().length);
  });

  const plain = await new Place(t).run("a,");
  const hooks: Readonly<Record<string, { readonly command: string; readonly says: RegExp }>> = {
    "that never ends": { command: "sleep 1000", says: /it was ended by SIGTERM/ },
    "that hears no signal": {
      command: "trap '' TERM; while :; do sleep 0.2; done",
      says: /it was ended by SIGKILL/,
    },
    "that ends at once": { command: "exit 3", says: /events were left out, .*; it ended with code 3/ },
    "that closes its input": { command: "exec <&-; sleep 0.3", says: /events were left out/ },
    "that there is none of": { command: "no-such-program-at-all", says: /it ended with code 127/ },
  };
  await t.test("the worst of hooks, all at once, harm nothing", async (t) => {
    const place = new Place(t);
    const given = Object.values(hooks).flatMap(({ command }) => ["--on-event", command]);
    const { code, stdout, stderr } = await place.run("a,", ...given, "--on-event", "cat > received");
    t.equal(code, plain.code);
    t.equal(withoutTimes(stdout), withoutTimes(plain.stdout), "the output is what it would be without them");
    t.equal(place.received().length, place.events().length, "and a good one beside them gets everything");
    const warnings = stderr.split("\n");
    for (const [name, { command, says }] of Object.entries(hooks)) {
      const warning = warnings.find((line) => line.startsWith(`[WARNING]: --on-event ${command}: `));
      t.match(warning ?? stderr, says, `one ${name} is told`);
    }
  });

  await t.test("what a hook prints, as much as it may be, goes into a file of the run", async (t) => {
    const place = new Place(t);
    const flood = "yes 'from the hook' | head -c 3000000; cat > received; yes err | head -c 3000000 >&2";
    const { code, stdout, stderr } = await place.run("a,", "--on-event", flood, "--summary", "summary.json");
    t.equal(code, 0);
    t.notMatch(stdout + stderr, "from the hook");
    const kept = readFileSync(join(place.summary().folder, "on-event.log"), "utf8");
    t.match(kept, /^from the hook\n/);
    t.equal(kept.length, 64 * 1024);
    t.equal(place.received().length, place.events().length);
  });

  await t.test("one that reads nothing is left out of what does not fit, and the run goes on", async (t) => {
    const large = `
- hosts: all
  gather_facts: false
  tasks:
    - debug: {msg: "{{ 'x' * 1000000 }}"}
      loop: [1, 2, 3, 4, 5, 6, 7]
`;
    const place = new Place(t, large);
    const { code, stderr } = await place.run("a,", "--on-event", "sleep 1000");
    t.equal(code, 0);
    t.match(stderr, /\d+ events were left out, as it did not read them; it was ended by SIGTERM/);
  });

  await t.test("no word of an event reaches a command line", async (t) => {
    const place = new Place(
      t,
      "- hosts: all\n  gather_facts: false\n  tasks:\n    - debug: {msg: $(touch DIR/made)}\n",
    );
    const hook = join(place.folder, "hook");
    writeFileSync(hook, '#!/bin/sh\necho "$#" > arguments; cat > /dev/null\n');
    chmodSync(hook, 0o755);
    t.equal((await place.run("a,", "--on-event", "./hook")).code, 0);
    t.equal(place.read("arguments"), "0\n");
    t.notOk(existsSync(join(place.folder, "made")));
  });
});

function withoutTimes(text: string): string {
  return text.replaceAll(/\d+\.\d+ ?s|kmend-\w+/g, "");
}
