/** `--metrics-file`: what stands in the file while a run soaks, while it and a scan are under way, and after, and that node_exporter reads it. */

import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import t, { type Test } from "tap";
import { keepMetricsFile } from "../../src/cli/metrics-file.ts";
import type { Event } from "../../src/journal/journal.ts";
import { begun, madeUpJournal } from "../report/recorded.ts";
import { freePort } from "../telemetry/free-port.ts";
import { unpackedProgram } from "../unpacked.ts";
import { forgetSaved, kmend, lastRun, notForUsers, startKmend } from "./kmend.ts";

t.setTimeout(120_000);

const rollout = `
- hosts: all
  gather_facts: false
  serial: 1
  soak: 1s
  tasks:
    - copy: {content: new, dest: "DIR/{{ inventory_hostname }}"}
    - command: sh -c 'touch DIR/begun-{{ inventory_hostname }}; while [ ! -e DIR/go-{{ inventory_hostname }} ]; do sleep 0.05; done'
      changed_when: false
    - command: test {{ inventory_hostname }} != b
      changed_when: false
`;

function place(t: Test): { folder: string; path: (name: string) => string; argv: readonly string[] } {
  const folder = t.testdir({});
  const path = (name: string): string => join(folder, name);
  writeFileSync(path("play.yml"), rollout.replaceAll("DIR", folder));
  t.teardown(() => forgetSaved(path("state")));
  return { folder, path, argv: ["run", "-i", "a,b,", "-c", "local", "play.yml"] };
}

function value(text: string, series: string): string | undefined {
  return text
    .split("\n")
    .find((line) => line.startsWith(`${series} `))
    ?.slice(series.length + 1);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(20);
}

t.test("of a run: when it begins, at each batch's end, and when it has ended", async (t) => {
  const { folder, path, argv } = place(t);
  const read = (series: string): string | undefined =>
    value(readFileSync(path("roll.prom"), "utf8"), series.replace("{", '{file="roll",').replace(/,\}$/, "}"));
  writeFileSync(path("roll.prom"), "of an older run\n", { mode: 0o600 });
  const started = startKmend([...argv, "--metrics-file", "roll.prom"], { cwd: folder });

  await until(() => existsSync(path("begun-a")));
  t.equal(read("kmend_run_running{}"), "1");
  t.equal(read("kmend_run_exit_code{}"), undefined);
  const opened = openSync(path("roll.prom"), "r");
  writeFileSync(path("go-a"), "");
  const soak = "kmend_run_soak_until_timestamp_seconds{}";
  await until(() => read(soak) !== undefined);
  const soakUntil = Number(read(soak));
  await until(() => existsSync(path("begun-b")));
  t.equal(read(soak), undefined, "the soak is over");
  const told = lastRun(path("state")).find((event) => event.type === "soak:started");
  t.equal(soakUntil * 1000, told?.type === "soak:started" && Date.parse(told.until));
  t.match(
    readFileSync(opened, "utf8"),
    /\nkmend_run_batches\{file="roll",state="ended"\} 0\n/,
    "whoever reads is let read on",
  );
  closeSync(opened);
  t.equal(read('kmend_run_batches{state="ended"}'), "1");
  t.equal(read('kmend_run_hosts{state="changed"}'), "1");
  writeFileSync(path("go-b"), "");
  t.equal((await started.ended).code, 2);
  t.equal(read("kmend_run_running{}"), "0");
  t.equal(read("kmend_run_exit_code{}"), "2");
  t.equal(read('kmend_run_hosts{state="failed"}'), "1");
  t.equal(read('kmend_run_changes{state="applied"}'), "6", "commands, too");
  t.equal(
    Number(read("kmend_run_ended_timestamp_seconds{}")) * 1000,
    Date.parse(lastRun(path("state")).at(-1)?.at ?? ""),
  );
  t.equal(statSync(path("roll.prom")).mode & 0o777, 0o644, "whoever collects may read it");
  t.strictSame(
    readdirSync(folder).filter((name) => name.includes(".part")),
    [],
  );

  const back = await kmend(["rollback", "last", "--metrics-file", "roll.prom"], { cwd: folder });
  t.equal(back.code, 0, back.stdout);
  t.equal(read('kmend_run_hosts{state="rolled_back"}'), "2");
  t.equal(read('kmend_run_changes{state="reverted"}'), "2");
});

t.test("hosts that another run has are told soon, and hundreds of them at once", async (t) => {
  const path = join(t.testdir({}), "roll.prom");
  const waits = (): string | undefined =>
    value(readFileSync(path, "utf8"), 'kmend_run_lock_waiting_hosts{file="roll"}');
  const { events, add } = madeUpJournal();
  const holder = { run: "other", who: "", since: "", command: "run", beatAgoS: 1, state: "held" };
  add("run:started", begun);
  for (let n = 0; n < 500; n += 1) add("lock:waiting", { host: `n${n}`, holder });
  let hear: (event: Event) => void = () => {};
  const subscribe = (reader: (event: Event) => void): (() => void) => {
    hear = reader;
    return () => {};
  };
  const end = keepMetricsFile(path, { subscribe }, [], (text) => t.fail(text));
  for (const event of events) hear(event);
  t.equal(waits(), "0", "not each by itself: that would take seconds");
  await until(() => waits() === "500");
  end();
});

const nodeExporter = unpackedProgram("prometheus-node-exporter");
const needsExporter = nodeExporter === null ? { skip: "there is no prometheus-node-exporter here" } : {};

t.test("node_exporter reads it, of a plan and of a scan in one folder", needsExporter, async (t) => {
  const { folder, path, argv } = place(t);
  const planned = await kmend(["plan", ...argv.slice(1), "--metrics-file", "plan.prom"], { cwd: folder });
  t.equal(planned.code, 0, planned.stderr);
  const scanned = await kmend(["scan", "-i", "a,", "-c", "local", "--metrics-file", "scan.prom"], {
    cwd: folder,
  });
  // No host of the test's own: what this machine is found to be is not the point.
  t.match(readFileSync(path("scan.prom"), "utf8"), /kmend_scan_hosts\{file="scan",verdict="unreached"\} 0\n/);
  t.equal(
    value(readFileSync(path("scan.prom"), "utf8"), 'kmend_run_exit_code{file="scan"}'),
    String(scanned.code),
  );

  const page = await collected(t, folder);
  t.match(page, /\nnode_textfile_scrape_error 0\n/);
  for (const name of ["plan", "scan"])
    t.match(page, `kmend_run_info{check="${name === "plan"}",command="${name}",file="${name}",`);
  t.match(page, /\nkmend_run_predictions\{file="plan",says="change"\} 2\n/);
  t.match(page, /\nkmend_scan_hosts\{file="scan",verdict="leaking"\} \d+\n/);
  t.match(page, /\n# HELP kmend_run_exit_code The exit code; absent while the run is under way\.\n/);
});

async function collected(t: Test, folder: string): Promise<string> {
  const port = await freePort();
  const exporter: ChildProcess = spawn(
    nodeExporter ?? "",
    [
      "--collector.disable-defaults",
      "--collector.textfile",
      `--collector.textfile.directory=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: "ignore" },
  );
  t.teardown(() => exporter.kill());
  for (;;) {
    const page = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => null);
    if (page) return page.text();
    await sleep(50);
  }
}

t.test("a file that can't be written is refused before anything is done", async (t) => {
  const { folder, path, argv } = place(t);
  for (const [file, command] of [
    ["no/such/folder.prom", argv],
    [".", ["scan", "-i", "a,", "-c", "local"]],
  ] as const) {
    const { code, stderr } = await kmend([...command, "--metrics-file", file], { cwd: folder });
    t.equal(code, 5);
    t.match(stderr, `Cannot write the metrics ${file}: `);
    t.notMatch(stderr, notForUsers);
  }
  t.notOk(existsSync(path("state")), "no run was begun");
});

t.test("a folder that becomes unwritable later is told, and the run's exit code stands", async (t) => {
  const { folder, path, argv } = place(t);
  const metrics = path("metrics");
  mkdirSync(metrics);
  const started = startKmend([...argv, "-l", "a", "--metrics-file", join(metrics, "x.prom")], {
    cwd: folder,
    isLowly: true,
  });
  await until(() => existsSync(join(metrics, "x.prom")));
  chmodSync(metrics, 0o500);
  writeFileSync(path("go-a"), "");
  const { code, stderr } = await started.ended;
  chmodSync(metrics, 0o700);
  t.equal(code, 0);
  t.match(stderr, /^\[WARNING\]: Cannot write the metrics .*x\.prom: /m);
});
