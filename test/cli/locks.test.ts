/** Two runs, one host: this machine, which each test has for itself. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import t, { type Test } from "tap";
import { type Ended, type HowToRun, kmend, lastRun, notForUsers, type Started, startKmend } from "./kmend.ts";

t.setTimeout(280_000);

class Place {
  readonly folder: string;
  constructor(t: Test) {
    this.folder = t.testdir({});
    for (const [name, tasks] of Object.entries(plays))
      writeFileSync(
        join(this.folder, `${name}.yml`),
        `- hosts: all\n  gather_facts: false\n  tasks:\n${tasks}`.replaceAll("DIR", this.folder),
      );
  }
  get host(): string {
    return join(this.folder, "host");
  }
  get how(): HowToRun {
    return { cwd: this.folder, host: this.host, env: { KMEND_LOCK_WAIT: "0s" } };
  }
  start(...argv: string[]): Started {
    return startKmend(argv, this.how);
  }
  kmend(...argv: string[]): Promise<Ended> {
    return kmend(argv, this.how);
  }
  run(play: string, ...options: string[]): Promise<Ended> {
    return this.kmend("run", ...local, ...options, `${play}.yml`);
  }
  /** A run that has the host, and is in the middle of a task. */
  async holder(): Promise<Started> {
    const started = this.start("run", ...local, "long.yml");
    await until(() => existsSync(join(this.folder, "began")));
    return started;
  }
  go(): void {
    writeFileSync(join(this.folder, "go"), "");
  }
  has(name: string): boolean {
    return existsSync(join(this.folder, name));
  }
}

const local = ["-i", "a,", "-c", "local"];

const plays = {
  long: `    - copy: {content: first, dest: DIR/first}
    - command: sh -c 'touch DIR/began; while [ ! -e DIR/go ]; do sleep 0.1; done'
    - copy: {content: long, dest: DIR/long}
`,
  short: "    - copy: {content: short, dest: DIR/short}\n",
};

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(20);
}

t.test("a second run is refused, and says who has the host", async (t) => {
  const place = new Place(t);
  const first = await place.holder();
  const refused = await place.run("short");
  t.equal(refused.code, 2);
  t.match(refused.stdout, /Cannot change the host: the run \d{8}-\d{6}-\w+ of \S+@\S+ has it since .*Z/);
  t.match(refused.stdout, /--lock-wait 10m/);
  t.notMatch(refused.stdout + refused.stderr, notForUsers);
  t.notOk(place.has("short"));
  t.notOk(
    lastRun(join(place.folder, "state")).some((event) => event.type === "change:recorded"),
    "nothing was begun there",
  );
  t.equal((await place.run("short", "--check")).code, 0, "what only looks needs no lock");
  t.equal((await place.kmend("plan", ...local, "short.yml")).code, 0);
  place.go();
  t.equal((await first.ended).code, 0);
  t.equal((await place.run("short", "--lock-wait", "1m")).code, 0, "and afterwards the host is free");
});

t.test("with --lock-wait it waits, and says for whom", async (t) => {
  const place = new Place(t);
  const first = await place.holder();
  const second = place.start("run", ...local, "short.yml", "--lock-wait", "1m");
  await until(() => readdirSync(join(place.folder, "state/runs")).length === 2);
  await until(() => lastRun(join(place.folder, "state")).some((event) => event.type === "lock:waiting"));
  t.notOk(place.has("short"));
  place.go();
  t.equal((await first.ended).code, 0);
  const { code, stdout } = await second.ended;
  t.equal(code, 0, stdout);
  t.match(stdout, /waiting: \[a\] another run has it: the run \S+ of/);
  t.ok(place.has("short"));
});

t.test("after Ctrl-C the lock is given back", async (t) => {
  const place = new Place(t);
  const first = await place.holder();
  first.process.kill("SIGINT");
  await sleep(200);
  place.go();
  t.equal((await first.ended).code, 99);
  t.equal((await place.run("short", "--lock-wait", "1m")).code, 0);
  t.ok(lastRun(join(place.folder, "state")).every((event) => event.type !== "lock:broken"));
});

t.test(
  "a run whose kmend was killed keeps others out; going on with it, or taking it back, does not wait",
  async (t) => {
    for (const command of ["resume", "rollback"]) {
      const place = new Place(t);
      const first = await place.holder();
      first.process.kill("SIGKILL");
      await first.ended;
      t.equal((await place.run("short")).code, 2, "it may still be at work there");
      const [run = ""] = readdirSync(join(place.folder, "state/runs")).sort();
      place.go();
      const end = await place.kmend(command, run, ...(command === "resume" ? ["--in-flight", "skip"] : []));
      t.match(end.stdout, command === "resume" ? /failed=0/ : /no way back/);
      t.equal(place.has("long"), command === "resume");
      t.equal(place.has("first"), command === "resume");
      t.equal((await place.run("short", "--lock-wait", "1m")).code, 0);
    }
  },
);

t.test("a kmend that was frozen, and whose lock was broken meanwhile, changes nothing more", async (t) => {
  const place = new Place(t);
  const first = await place.holder();
  first.process.kill("SIGSTOP");
  const [run = ""] = readdirSync(join(place.folder, "state/runs"));
  const lock = readdirSync(place.host).find(
    (name) => name.startsWith("lock-") && readFileSync(join(place.host, name), "utf8").includes(run),
  );
  const [token] = readFileSync(join(place.host, lock ?? ""), "utf8").split("\n");
  // The minute that it takes to be sure, gone by.
  writeFileSync(join(place.host, `beat-${token}`), `${Math.floor(Date.now() / 1000) - 61}\n`);
  const second = await place.run("short");
  t.equal(second.code, 0, second.stdout);
  t.match(
    second.stdout,
    new RegExp(`LOCK BROKEN: \\[a\\] the run ${run} of .*, was not heard of for 6\\d s`),
  );
  place.go();
  first.process.kill("SIGCONT");
  const { code, stdout } = await first.ended;
  t.equal(code, 2, stdout);
  t.match(stdout, /the lock on this host was lost/);
  t.notOk(place.has("long"));
});
