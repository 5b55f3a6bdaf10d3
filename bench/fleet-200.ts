/**
 * A fleet from first contact to final report: scan, the ten tasks in batches (planned, done, and found done), and their report. How long
 * each takes, how much memory kmend holds at most, how much it writes. `node bench/fleet-200.ts 40` takes 40 hosts; with `--mend` the
 * leaking hosts are mended, too, which takes about half an hour on two cores.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { type Fleet, withFleet } from "./fleet.ts";
import { kmend, load, requireBuild, table } from "./measure.ts";

const words = process.argv.slice(2);
const hosts = Number(words.find((word) => /^\d+$/.test(word)) ?? 200);
const playbook = join(import.meta.dirname, "ten-tasks.yml");
const mend = join(import.meta.dirname, "..", "playbooks", "kmem.yml");
const batches = ["-e", '{"bench_batches": [1, "10%", "100%"]}'];
const forks = ["-f", "20"];

interface Stage {
  readonly name: string;
  readonly args: readonly string[];
  /** `scan` ends with it where some host leaks. */
  readonly code?: number;
}

requireBuild();
const began = performance.now();
await withFleet(hosts, async (fleet) => {
  console.log(`${hosts} hosts are up: ${inSeconds(performance.now() - began)} (${load()})`);
  const inventory = ["-i", fleet.inventory, ...forks];
  const report = join(fleet.state, "report.html");
  const stages: readonly Stage[] = [
    { name: "scan", args: ["scan", ...inventory], code: 3 },
    { name: "plan, ten tasks", args: ["plan", ...inventory, playbook] },
    { name: "run, three batches", args: ["run", ...inventory, ...batches, playbook] },
    { name: "run, all is right", args: ["run", ...inventory, ...batches, playbook] },
    { name: "report, HTML", args: ["report", "last", "--out", report] },
    ...(words.includes("--mend")
      ? [
          {
            name: "kmem.yml, batches",
            args: ["run", ...inventory, "-e", "kmem_renewal=live", mend],
          },
        ]
      : []),
  ];
  const rows: string[][] = [];
  for (const stage of stages) {
    const row = await measured(fleet, stage);
    rows.push(row);
    console.log(`${row.join("  ")} (${load()})`);
  }
  console.log(`\n${table([["", "time", "processor", "memory", "journal", "a host and task"], ...rows])}`);
  console.log(`\nThe report has ${inKilobytes(statSync(report).size)}.`);
});

/** Its time, the most that it held, what it wrote. */
async function measured(fleet: Fleet, { name, args, code = 0 }: Stage): Promise<string[]> {
  const before = new Set(runsOf(fleet));
  const start = performance.now();
  const child = spawn(process.execPath, [kmend, ...args], {
    env: { ...process.env, KMEND_STATE: fleet.state },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  let used: Used = { kilobytes: 0, seconds: 0 };
  const look = setInterval(() => {
    used = usedBy(child.pid ?? 0) ?? used;
  }, 200);
  const [ended] = await once(child, "close");
  clearInterval(look);
  if (ended !== code) throw new Error(`${name} ended with ${ended}, wanted ${code}:\n${said}`);
  const [run] = runsOf(fleet).filter((each) => !before.has(each));
  return [
    name,
    inSeconds(performance.now() - start),
    `${used.seconds.toFixed(1)} s`,
    `${Math.round(used.kilobytes / 1024)} MB`,
    ...(run === undefined ? ["", ""] : written(fleet, run)),
  ];
}

interface Used {
  /** The most that it has held so far: VmHWM of proc(5). */
  readonly kilobytes: number;
  /** Of the processor, its own and the system's for it: utime and stime of proc(5), in hundredths of a second. */
  readonly seconds: number;
}

/** @returns null where the process has ended */
function usedBy(pid: number): Used | null {
  try {
    const kilobytes = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
    const [utime, stime] = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ")
      .slice(11, 13);
    return Number.isNaN(kilobytes) ? null : { kilobytes, seconds: (Number(utime) + Number(stime)) / 100 };
  } catch {
    return null;
  }
}

function runsOf({ state }: Fleet): readonly string[] {
  try {
    return readdirSync(join(state, "runs"));
  } catch {
    return []; // nothing ran yet
  }
}

function written({ state }: Fleet, run: string): string[] {
  const journal = readFileSync(join(state, "runs", run, "journal.jsonl"), "utf8");
  const tasks = journal.split("\n").filter((line) => line.includes('"type":"task:ended"')).length;
  return [inKilobytes(journal.length), inKilobytes(journal.length / tasks)];
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function inKilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
