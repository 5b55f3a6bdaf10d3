/** `kmend resume`: a run that stopped goes on where it stopped. Hosts are this machine, under several names. */

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import type { Event } from "../../src/journal/journal.ts";
import { type Crash, crashing } from "../torture/crashing.ts";
import { type Ended, forgetSaved, kmend, lastRun, notForUsers, startKmend } from "./kmend.ts";

t.setTimeout(300_000);

const local = ["-i", "a,b,", "-c", "local"];

/** A folder with a playbook; DIR in its text is the folder. */
class Place {
  readonly folder: string;
  constructor(t: Test, playbook: string) {
    this.folder = t.testdir({});
    this.write(playbook);
    t.teardown(() => forgetSaved(join(this.folder, "state")));
  }
  write(playbook: string): void {
    writeFileSync(join(this.folder, "play.yml"), playbook.replaceAll("DIR", this.folder));
  }
  kmend(...argv: string[]): Promise<Ended> {
    return kmend(argv, { cwd: this.folder });
  }
  crash(crash: Crash, ...options: string[]): Promise<Ended> {
    return crashing(["run", ...local, ...options, "play.yml"], { cwd: this.folder }, crash);
  }
  /** Runs whole, and gives the number of the first event that is meant. */
  async lineOf(meant: (event: Event) => boolean): Promise<number> {
    await this.kmend("run", ...local, "play.yml");
    const found = this.events().find(meant);
    if (!found) throw new Error("the run has no such event");
    for (const name of ["state", "out"]) this.forget(name);
    return found.n;
  }
  forget(name: string): void {
    if (name === "state") forgetSaved(join(this.folder, name));
    rmSync(join(this.folder, name), { recursive: true, force: true });
  }
  events(): readonly Event[] {
    return lastRun(join(this.folder, "state"));
  }
  lines(name: string): number {
    const path = join(this.folder, name);
    return existsSync(path) ? readFileSync(path, "utf8").split("\n").length - 1 : 0;
  }
}

/** The recap's lines as a run ends with them. */
function recap({ stdout }: Ended): string[] {
  return stdout.slice(stdout.indexOf("PLAY RECAP")).split("\n").slice(1).filter(Boolean);
}

/** Host and task of each change that was recorded, and of whose end nothing is. */
function underWay(events: readonly Event[]): ReadonlySet<string> {
  const ended = new Set(
    events.flatMap((event) =>
      event.type === "change:applied" || event.type === "change:failed" ? [event.change] : [],
    ),
  );
  return new Set(
    events.flatMap((event) =>
      event.type === "change:recorded" && !ended.has(event.change)
        ? [`${event.host} ${event.task.name}`]
        : [],
    ),
  );
}

function changed(t: Test, event: Event, host: string, name: string): boolean {
  t.ok(event);
  return event.type === "change:recorded" && event.host === host && event.task.name === name;
}

const story = `
- hosts: all
  gather_facts: false
  tasks:
    - command: sh -c 'echo x >> DIR/asked-{{ inventory_hostname }}; echo said'
      register: said
    - set_fact: {word: "{{ said.stdout }} {{ 1000 | random }}", share: 1.0}
    - copy: {content: "{{ word }} {{ share }}", dest: "DIR/out-{{ inventory_hostname }}"}
      notify: tell
    - file: {path: "DIR/{{ inventory_hostname }}/{{ item }}", state: directory}
      loop: [one, two, three]
    - block:
        - command: /bin/false
      rescue:
        - debug: {msg: "{{ ansible_failed_task.action }}"}
  handlers:
    - name: tell
      command: sh -c 'echo x >> DIR/told-{{ inventory_hostname }}'
- hosts: all
  serial: 1
  gather_facts: false
  tasks:
    - group_by: {key: known}
    - copy: {content: "{{ word }}", dest: "DIR/late-{{ inventory_hostname }}"}
- hosts: known
  gather_facts: false
  tasks:
    - copy: {content: known, dest: "DIR/known-{{ inventory_hostname }}"}
`;

t.test(
  "whatever was the last thing written, the recap is that of a run that nothing happened to",
  async (t) => {
    const place = new Place(t, story);
    const whole = await place.kmend("run", ...local, "play.yml");
    t.equal(whole.code, 0, whole.stdout);
    const events = place.events().length;
    for (let at = 2; at < events; at += 23)
      for (const how of ["after", "torn"] as const) {
        for (const name of readdirSync(place.folder)) if (name !== "play.yml") place.forget(name);
        const crashed = await place.crash({ at, how });
        t.equal(crashed.signal, "SIGKILL", `event ${at}, ${how}`);
        const unknown = underWay(place.events());
        const resumed = await place.kmend("resume", "last", "--in-flight", "retry");
        t.equal(resumed.code, 0, `event ${at}, ${how}: ${resumed.stdout}${resumed.stderr}`);
        t.strictSame(recap(resumed), recap(whole), `event ${at}, ${how}`);
        for (const host of ["a", "b"]) {
          for (const [task, file] of [
            ["command", "asked"],
            ["tell", "told"],
          ]) {
            // Of one that was under way nobody knows: with `retry` it may run a second time.
            const most = unknown.has(`${host} ${task}`) ? 2 : 1;
            const times = place.lines(`${file}-${host}`);
            t.ok(times >= 1 && times <= most, `event ${at}, ${how}: ${task} ran ${times} times on ${host}`);
          }
          const out = readFileSync(join(place.folder, `out-${host}`), "utf8");
          t.match(out, /^said \d+ 1\.0$/);
          t.equal(`${readFileSync(join(place.folder, `late-${host}`), "utf8")} 1.0`, out, "one random word");
          t.ok(existsSync(join(place.folder, `known-${host}`)));
        }
      }
  },
);

t.test("a torn last line is cut off, kept and named", async (t) => {
  const place = new Place(t, story);
  await place.crash({ at: 12, how: "torn" });
  const resumed = await place.kmend("resume", "last");
  t.equal(resumed.code, 0, resumed.stderr);
  const mended = place.events().find((event) => event.type === "journal:mended");
  t.equal(mended?.line, 12);
  t.ok(existsSync(mended?.keptIn ?? ""));
  t.strictSame(
    place.events().map((event) => event.n),
    place.events().map((_, index) => index + 1),
    "the events are numbered without a gap",
  );
});

t.test("of a command that was under way nobody knows whether it ran", async (t) => {
  const play = `
- hosts: a
  gather_facts: false
  tasks:
    - name: count
      command: sh -c 'echo x >> DIR/out'
    - copy: {content: x, dest: DIR/after}
`;
  const begun = async (t: Test): Promise<Place> => {
    const place = new Place(t, play);
    const at = await place.lineOf((event) => changed(t, event, "a", "count"));
    await place.crash({ at, how: "after" });
    t.equal(place.lines("out"), 0, "it died before the command was sent");
    place.forget("after");
    return place;
  };

  t.test("without a terminal the operator says it beforehand, and no host is touched", async (t) => {
    const place = await begun(t);
    const before = place.events().length;
    const refused = await place.kmend("resume", "last");
    t.equal(refused.code, 5);
    t.match(refused.stderr, /a: count \(.*play\.yml:5:7\)/);
    t.match(refused.stderr, /--in-flight retry/);
    t.notMatch(refused.stderr, notForUsers);
    t.equal(place.events().length, before, "the journal is as it was");
    t.notOk(existsSync(join(place.folder, "after")));
  });

  for (const [choice, times, code] of [
    ["retry", 1, 0],
    ["skip", 0, 0],
    ["fail", 0, 2],
  ] as const)
    t.test(`--in-flight ${choice}`, async (t) => {
      const place = await begun(t);
      const resumed = await place.kmend("resume", "last", "--in-flight", choice);
      t.equal(resumed.code, code, resumed.stdout);
      t.equal(place.lines("out"), times);
      t.equal(existsSync(join(place.folder, "after")), choice !== "fail");
    });
});

t.test("a change that can be inspected is found done, or not done", async (t) => {
  const play = `
- hosts: a
  gather_facts: false
  tasks:
    - name: place
      copy: {content: mine, dest: DIR/out}
      notify: tell
  handlers:
    - name: tell
      command: sh -c 'echo x >> DIR/told'
`;
  for (const isMade of [true, false]) {
    const place = new Place(t, play);
    const at = await place.lineOf((event) => changed(t, event, "a", "place"));
    place.forget("told");
    await place.crash({ at, how: "after" });
    if (isMade) writeFileSync(join(place.folder, "out"), "mine", { mode: 0o644 });
    const resumed = await place.kmend("resume", "last");
    t.equal(resumed.code, 0, resumed.stdout);
    t.match(resumed.stdout, /ok=2 +changed=2/, "it counts as changed either way");
    t.equal(place.lines("told"), 1, "and its handler is told");
    const recorded = place
      .events()
      .filter((event) => event.type === "change:recorded" && event.task.name === "place");
    t.equal(recorded.length, isMade ? 1 : 2);
  }
});

t.test("what a script that was cut off left beside its file is taken away", async (t) => {
  const play = "- hosts: a\n  gather_facts: false\n  tasks:\n    - copy: {content: mine, dest: DIR/out}\n";
  for (const command of ["resume", "rollback"]) {
    const place = new Place(t, play);
    const at = await place.lineOf((event) => changed(t, event, "a", "copy"));
    await place.crash({ at, how: "after" });
    writeFileSync(join(place.folder, ".kmend-000001-0"), "mi");
    const ended = await place.kmend(command, "last");
    t.equal(ended.code, 0, ended.stdout + ended.stderr);
    t.notOk(existsSync(join(place.folder, ".kmend-000001-0")), command);
    t.equal(existsSync(join(place.folder, "out")), command === "resume");
  }
});

t.test("hosts that were lost are taken up alone", async (t) => {
  const place = new Place(
    t,
    `
- hosts: all
  gather_facts: false
  tasks:
    - copy: {content: x, dest: "DIR/one-{{ inventory_hostname }}"}
    - copy: {content: x, dest: "DIR/two-{{ inventory_hostname }}"}
`,
  );
  const inventory = (b: string) =>
    writeFileSync(
      join(place.folder, "hosts.ini"),
      `a ansible_connection=local\nb ${b}\nc ansible_connection=local\n`,
    );
  inventory("ansible_connection=ssh ansible_host=127.0.0.1 ansible_port=1");
  const run = await place.kmend("run", "-i", "hosts.ini", "play.yml");
  t.equal(run.code, 4);
  inventory("ansible_connection=local");
  const resumed = await place.kmend("resume", "last", "--limit", "@unreachable");
  t.equal(resumed.code, 0, resumed.stdout + resumed.stderr);
  t.match(resumed.stdout, /b +: ok=2 +changed=2 +unreachable=0/);
  t.match(resumed.stdout, /a +: ok=2 +changed=2/);
  t.notMatch(resumed.stdout, /changed: \[a\]/, "the others are not asked again");
  t.ok(existsSync(join(place.folder, "two-b")));
});

t.test("a limit keeps to its hosts what is still to do", async (t) => {
  const place = new Place(t, story);
  await place.crash({ at: 2, how: "after" });
  const resumed = await place.kmend("resume", "last", "--limit", "b");
  t.equal(resumed.code, 0, resumed.stdout + resumed.stderr);
  t.ok(existsSync(join(place.folder, "late-b")));
  t.notOk(existsSync(join(place.folder, "asked-a")));
  const rest = await place.kmend("resume", "last");
  t.equal(rest.code, 0, rest.stdout + rest.stderr);
  t.ok(existsSync(join(place.folder, "late-a")));
  t.equal(place.lines("asked-b"), 1);
});

t.test("a task that failed stands as failed, and is tried again when that is wanted", async (t) => {
  const place = new Place(
    t,
    `
- hosts: a
  gather_facts: false
  tasks:
    - command: sh -c 'echo x >> DIR/first'
    - command: test -e DIR/cause
    - copy: {content: x, dest: DIR/out}
`,
  );
  t.equal((await place.kmend("run", ...local, "play.yml")).code, 2);
  writeFileSync(join(place.folder, "cause"), "");
  t.equal((await place.kmend("resume", "last")).code, 2);
  t.notOk(existsSync(join(place.folder, "out")));
  const retried = await place.kmend("resume", "last", "--retry-failed");
  t.equal(retried.code, 0, retried.stdout);
  t.ok(existsSync(join(place.folder, "out")));
  t.equal(place.lines("first"), 1);
});

t.test("the command that a run printed when it ended early does go on with it", async (t) => {
  const play = `
- hosts: all
  gather_facts: false
  serial: 1
  KEYWORD
  tasks:
    - command: test -e DIR/cause
    - copy: {content: x, dest: "DIR/out-{{ inventory_hostname }}"}
`;
  for (const [keyword, code] of [
    ["max_fail_hosts: 0", 6],
    ["max_fail_percentage: 0", 2],
    ["any_errors_fatal: true", 2],
  ] as const) {
    const place = new Place(t, play.replace("KEYWORD", keyword));
    const ended = await place.kmend("run", ...local, "play.yml");
    t.equal(ended.code, code, keyword);
    const command = /^ +kmend (resume .*)$/m.exec(ended.stdout)?.[1] ?? "";
    t.match(ended.stdout, /untouched: b/);
    writeFileSync(join(place.folder, "cause"), "");
    const resumed = await place.kmend(...command.split(" "));
    t.equal(resumed.code, 0, `${keyword}: ${command}: ${resumed.stdout}${resumed.stderr}`);
    for (const host of ["a", "b"]) t.ok(existsSync(join(place.folder, `out-${host}`)), `${keyword}: ${host}`);
  }
});

t.test("where the hosts that failed were taken back, it says to run again, and not to resume", async (t) => {
  for (const policy of ["rollback_host", "rollback_batch"]) {
    const place = new Place(
      t,
      `
- hosts: all
  gather_facts: false
  serial: 1
  max_fail_hosts: 0
  on_failure: ${policy}
  tasks:
    - copy: {content: x, dest: "DIR/out-{{ inventory_hostname }}"}
    - command: test -e DIR/cause
`,
    );
    const ended = await place.kmend("run", ...local, "play.yml");
    t.match(
      ended.stdout,
      /untouched: b\n +Hosts were taken back, and take no further part: .* run the playbook again/,
      policy,
    );
    t.notMatch(ended.stdout, /kmend resume/);
    writeFileSync(join(place.folder, "cause"), "");
    t.equal((await place.kmend("run", ...local, "play.yml")).code, 0);
  }
});

t.test("--on-failure given anew goes for what had failed before, too", async (t) => {
  const place = new Place(
    t,
    `
- hosts: all
  gather_facts: false
  tasks:
    - copy: {content: x, dest: "DIR/out-{{ inventory_hostname }}"}
    - command: test {{ inventory_hostname }} = b
`,
  );
  // As in scripts that were written for Ansible.
  const ended = await place.kmend("run", ...local, "--flush-cache", "play.yml");
  t.equal(ended.code, 2, ended.stderr);
  t.ok(existsSync(join(place.folder, "out-a")), "it said nothing of a way back");
  const resumed = await place.kmend("resume", "last", "--on-failure", "rollback_host");
  t.equal(resumed.code, 2, resumed.stdout + resumed.stderr);
  t.notOk(existsSync(join(place.folder, "out-a")), resumed.stdout);
  t.ok(existsSync(join(place.folder, "out-b")));
  for (const command of ["apply", "rollback"])
    t.match(
      (await place.kmend(command, "last", "--on-failure", "stop")).stderr,
      /unknown option '--on-failure'/,
    );
});

t.test("a run whose time was up goes on the next night", async (t) => {
  const place = new Place(
    t,
    `
- hosts: all
  gather_facts: false
  serial: 1
  tasks:
    - command: sh -c 'echo x >> DIR/out-{{ inventory_hostname }}; sleep 1.2'
`,
  );
  const first = await place.kmend("run", ...local, "--not-after", "+1s", "play.yml");
  t.equal(first.code, 75, first.stdout + first.stderr);
  t.match(first.stdout, /done: a\n +untouched: b/);
  const next = await place.kmend("resume", "last", "--not-after", "+1h");
  t.equal(next.code, 0, next.stdout + next.stderr);
  t.strictSame([place.lines("out-a"), place.lines("out-b")], [1, 1]);
});

t.test("after Ctrl-C the run goes on", async (t) => {
  const place = new Place(
    t,
    `
- hosts: a
  gather_facts: false
  tasks:
    - command: sh -c 'echo x >> DIR/first; sleep 1'
    - copy: {content: x, dest: DIR/out}
`,
  );
  const run = startKmend(["run", ...local, "play.yml"], { cwd: place.folder });
  while (!existsSync(join(place.folder, "first"))) await new Promise((resolve) => setTimeout(resolve, 20));
  run.process.kill("SIGINT");
  t.equal((await run.ended).code, 99);
  t.notOk(existsSync(join(place.folder, "out")));
  const resumed = await place.kmend("resume", "last");
  t.equal(resumed.code, 0, resumed.stdout + resumed.stderr);
  t.equal(place.lines("first"), 1);
  t.ok(existsSync(join(place.folder, "out")));
});

t.test("a run that died while it took itself back ends taken back", async (t) => {
  const play = `
- hosts: all
  gather_facts: false
  on_failure: rollback_batch
  tasks:
    - copy: {content: x, dest: "DIR/one-{{ inventory_hostname }}"}
    - copy: {content: x, dest: "DIR/two-{{ inventory_hostname }}"}
    - command: test {{ inventory_hostname }} = a
`;
  const place = new Place(t, play);
  const whole = await place.kmend("run", ...local, "play.yml");
  t.equal(whole.code, 2);
  const lines = place
    .events()
    .filter((event) => event.type === "change:reverted" || event.type === "rollback:started");
  for (const { n } of lines) {
    place.forget("state");
    await place.crash({ at: n, how: "after" });
    const resumed = await place.kmend("resume", "last");
    t.equal(resumed.code, 2, resumed.stdout + resumed.stderr);
    t.strictSame(recap(resumed), recap(whole));
    for (const file of ["one-a", "one-b", "two-a", "two-b"])
      t.notOk(existsSync(join(place.folder, file)), `${n} ${file}`);
  }
});

t.test("a secret result is asked for again, and a command is not run twice for it", async (t) => {
  const play = (module: string) => `
- hosts: a
  gather_facts: false
  tasks:
    - ${module}
      no_log: true
      register: secret
    - copy: {content: "{{ secret.changed }}", dest: DIR/out}
`;
  const readable = new Place(t, play("copy: {content: hidden, dest: DIR/secret}"));
  const at = await readable.lineOf((event) => event.type === "task:ended");
  readable.forget("secret");
  await readable.crash({ at, how: "after" });
  const resumed = await readable.kmend("resume", "last");
  t.equal(resumed.code, 0, resumed.stdout + resumed.stderr);
  t.equal(readFileSync(join(readable.folder, "out"), "utf8"), "True");

  const blind = new Place(t, play("command: sh -c 'echo x >> DIR/asked'"));
  const end = await blind.lineOf((event) => event.type === "task:ended");
  blind.forget("asked");
  await blind.crash({ at: end, how: "after" });
  const refused = await blind.kmend("resume", "last");
  t.equal(refused.code, 5, refused.stdout);
  t.match(refused.stdout, /secret result of "command"/);
  t.equal(blind.lines("asked"), 1);
});

t.test("what cannot be gone on with is refused before any host is touched", async (t) => {
  const place = new Place(t, story);
  await place.crash({ at: 20, how: "after" });
  const before = place.events().length;

  place.write(story.replace("said", "SAID"));
  const edited = await place.kmend("resume", "last");
  t.equal(edited.code, 5);
  t.match(edited.stderr, /play\.yml is not what it was/);

  place.write(`${story.replace("- set_fact:", "- debug: {msg: new}\n    - set_fact:")}`);
  const other = await place.kmend("resume", "last", "--allow-changes");
  t.not(other.code, 0);
  t.match(other.stdout + other.stderr, /there is now/);

  place.write(story);
  const moved = await place.kmend("resume", "last", "-i", "a,", "-c", "local");
  t.not(moved.code, 0);
  t.match(moved.stdout + moved.stderr, /had begun with b/);
  const well = await place.kmend("resume", "last");
  t.equal(well.code, 0, well.stdout);
  t.ok(before > 0);

  for (const { stdout, stderr } of [edited, other, moved]) t.notMatch(stdout + stderr, notForUsers);
});

t.test("variables of the command line are given again", async (t) => {
  const place = new Place(
    t,
    "- hosts: a\n  gather_facts: false\n  tasks:\n    - copy: {content: '{{ word }}', dest: DIR/out}\n",
  );
  await place.crash({ at: 3, how: "after" }, "-e", "word=hidden");
  const refused = await place.kmend("resume", "last");
  t.equal(refused.code, 5);
  t.match(refused.stderr, /\(word\)/);
  t.equal((await place.kmend("resume", "last", "-e", "word=hidden")).code, 0);
});

t.test("runs without anything to go on with say so", async (t) => {
  const place = new Place(
    t,
    "- hosts: a\n  gather_facts: false\n  tasks:\n    - copy: {content: x, dest: DIR/out}\n",
  );
  t.equal((await place.kmend("run", ...local, "--check", "play.yml")).code, 0);
  const dry = await place.kmend("resume", "last");
  t.equal(dry.code, 5);
  t.match(dry.stderr, /dry run/);
  t.equal((await place.kmend("plan", ...local, "play.yml")).code, 0);
  t.match(
    (await place.kmend("resume", "last")).stderr,
    /it is a plan\n {2}Start the plan again: it changes nothing\./,
  );
  t.equal((await place.kmend("run", ...local, "play.yml")).code, 0);
  const done = await place.kmend("resume", "last");
  t.equal(done.code, 0);
  t.match(done.stdout, /ok=1/, "all of it lies behind it");
});
