/** Two runs, one host: a real one, with a real sshd. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { execOnNode, whatIsMissing } from "../../src/lab/lab.ts";
import { raiseLab } from "../lab/with-lab.ts";
import { startReceiver } from "../telemetry/otlp-receiver.ts";
import { type Ended, kmend, lastRun, notForUsers, type Started, startKmend } from "./kmend.ts";

const plays = {
  long: `    - copy: {content: first, dest: /srv/first}
    - command: sh -c 'touch /srv/began; while [ ! -e /srv/go ]; do sleep 0.1; done'
    - copy: {content: long, dest: /srv/long}
`,
  reads: "    - command: cat /proc/uptime\n      changed_when: false\n    - stat: {path: /srv}\n",
  short: "    - copy: {content: short, dest: /srv/short}\n",
};

t.test("two runs, one host", { skip: whatIsMissing() ?? false, timeout: 280_000 }, async (t) => {
  const lab = await raiseLab(t, { nodes: { app_nodes: 0, compute_nodes: 0, clean_nodes: 1, both_nodes: 0 } });
  const folder = mkdtempSync(join(tmpdir(), "kmend-locks-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const state = join(folder, "state");
  for (const [name, tasks] of Object.entries(plays))
    writeFileSync(join(folder, `${name}.yml`), `- hosts: clean-1\n  gather_facts: false\n  tasks:\n${tasks}`);
  const on = (script: string) => execOnNode(lab, "clean-1", script).then(({ stdout }) => stdout.trim());
  const has = async (name: string) => (await on(`[ ! -e /srv/${name} ] || echo yes`)) === "yes";
  const how = { cwd: folder };
  const run = (play: string, ...options: string[]): Promise<Ended> =>
    kmend(["run", "-i", lab.inventory, `${play}.yml`, ...options], how);
  const until = async (holds: () => boolean | Promise<boolean>) => {
    while (!(await holds())) await sleep(50);
  };
  /** A run that has the host, and is in the middle of a task. */
  const holder = async (): Promise<Started> => {
    await on("rm -f /srv/*");
    const started = startKmend(["run", "-i", lab.inventory, "long.yml"], how);
    await until(() => has("began"));
    return started;
  };

  await t.test("a second run is refused, and says who has the host", async (t) => {
    const first = await holder();
    const refused = await run("short");
    t.equal(refused.code, 2);
    t.match(refused.stdout, /Cannot change the host: the run \d{8}-\d{6}-\w+ of \S+@\S+ has it since .*Z/);
    t.match(refused.stdout, /--lock-wait 10m/);
    t.notMatch(refused.stdout + refused.stderr, notForUsers);
    t.notOk(await has("short"));
    t.notOk(
      lastRun(state).some((event) => event.type === "change:recorded"),
      "nothing was begun there",
    );
    t.equal((await run("short", "--check")).code, 0, "what only looks needs no lock");
    t.equal((await run("reads")).code, 0, "nor does a command that changes nothing, by its author's word");

    const isWaiting = () => {
      const events = lastRun(state);
      // Not one that has waited and is over.
      const isOver = events.some((event) => event.type === "run:ended");
      return !isOver && events.some((event) => event.type === "lock:waiting");
    };
    const impatient = startKmend(["run", "-i", lab.inventory, "short.yml", "--lock-wait", "1m"], how);
    await until(isWaiting);
    impatient.process.kill("SIGINT");
    t.equal((await impatient.ended).code, 99);
    t.notOk(
      lastRun(state).some((event) => event.type === "task:ended"),
      "whoever waited no longer has not failed",
    );

    // Runs are in the order of their seconds.
    await sleep(1000);
    const receiver = await startReceiver();
    t.teardown(() => receiver.close());
    const page = join(folder, "short.prom");
    const waitsFor = (): string =>
      /^kmend_run_lock_waiting_hosts\{.*\} (\d+)$/m.exec(readFileSync(page, "utf8"))?.[1] ?? "";
    const waiting = startKmend(
      ["run", "-i", lab.inventory, "short.yml", "--lock-wait", "1m", "--metrics-file", page],
      { ...how, env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } },
    );
    await until(isWaiting);
    await until(() => waitsFor() === "1");
    t.notOk(await has("short"));
    await on("touch /srv/go");
    t.equal((await first.ended).code, 0);
    const { code, stdout } = await waiting.ended;
    t.equal(code, 0, stdout);
    t.match(stdout, /waiting: \[clean-1\] another run has it: the run \S+ of/);
    t.ok(await has("short"));
    t.equal(
      await on("ls /var/lib/kmend | grep -c -e lock -e beat -e draft"),
      "0",
      "nothing is left of either lock",
    );

    t.equal(waitsFor(), "0");
    const events = lastRun(state);
    const at = (type: string): number => Date.parse(events.find((event) => event.type === type)?.at ?? "");
    const span = receiver.spans.find(({ name }) => name === "wait for a lock");
    t.match(span, { start: at("lock:waiting"), end: at("host:locked"), status: { code: 0 } });
    t.match(receiver.spans.find(({ id }) => id === span?.parent)?.name, "copy");
    t.match(stdout, `the run ${String(span?.attributes["kmend.lock.holder"])} of`);
  });

  await t.test("after Ctrl-C the lock is given back", async (t) => {
    const first = await holder();
    first.process.kill("SIGINT");
    await sleep(200);
    await on("touch /srv/go");
    t.equal((await first.ended).code, 99);
    t.equal((await run("short")).code, 0);
    t.ok(lastRun(state).every((event) => event.type !== "lock:broken"));
  });

  await t.test("a run whose kmend was killed keeps others out, but not the rollback of it", async (t) => {
    const first = await holder();
    first.process.kill("SIGKILL");
    await first.ended;
    const killed = readdirSync(join(state, "runs")).sort().at(-1) ?? "";
    t.equal((await run("short")).code, 2, "it may still be at work there");
    const early = await kmend(["rollback", killed], how);
    t.match(early.stdout, /a script that an earlier process of the run \S+ began still runs there/);
    t.ok(await has("first"), "nothing is changed beside it");
    await on("touch /srv/go");
    const back = await kmend(["rollback", killed], how);
    t.match(back.stdout, /reverted: \[clean-1\] copy/);
    t.notOk(await has("first"));
    t.equal((await run("short")).code, 0);
  });

  await t.test(
    "a kmend that was frozen, and whose lock was broken meanwhile, changes nothing more",
    async (t) => {
      const first = await holder();
      first.process.kill("SIGSTOP");
      // The minute that it takes to be sure, gone by.
      await on("for beat in /var/lib/kmend/beat-*; do echo $(($(date +%s) - 61)) > $beat; done");
      const second = await run("short");
      t.equal(second.code, 0, second.stdout);
      t.match(second.stdout, /LOCK BROKEN: \[clean-1\] the run \S+ of .*, was not heard of for 6\d s/);
      await on("touch /srv/go");
      first.process.kill("SIGCONT");
      const { code, stdout } = await first.ended;
      t.equal(code, 2, stdout);
      t.match(stdout, /the lock on this host was lost/);
      t.notOk(await has("long"));
    },
  );

  await t.test("on a host that does not answer, the second Ctrl-C ends the run", async (t) => {
    const first = await holder();
    // All that sshd does for this run, and the script under way: nothing of it answers any more.
    await on("for pid in $(pgrep -f '[s]shd.*root|[t]ouch /srv/began'); do kill -STOP $pid; done");
    first.process.kill("SIGINT");
    await sleep(200);
    first.process.kill("SIGINT");
    t.equal((await first.ended).code, 99);
    await on("pkill -CONT sshd; pkill -CONT -f /srv/began; touch /srv/go");
  });

  await t.test("a host whose way back would not outlive a reboot is refused", async (t) => {
    await on("rm -f /srv/*; mount -t tmpfs none /var/lib/kmend");
    const refused = await run("short");
    t.equal(refused.code, 2);
    t.match(
      refused.stdout,
      /Cannot begin on the host: its way back would lie in \/var\/lib\/kmend, on a tmpfs/,
    );
    t.notOk(await has("short"));
    t.equal((await run("reads")).code, 0, "what only looks needs no way back");
    t.equal((await run("short", "--skip-pre-flight")).code, 0);
    t.equal((await kmend(["rollback", "last"], how)).code, 0, "what it holds can be taken back");
    t.notOk(await has("short"));
    await on("umount /var/lib/kmend");
  });
});
