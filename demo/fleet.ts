/** The demo's fleet, driven as a newcomer would: by kmend's own command line. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

import { brief } from "./brief.ts";

export interface Ids {
  readonly leakedKmemIds: number;
  readonly leakedMemcgIds: number;
}

export interface Fleet {
  readonly inventory: string;
  up(): Promise<void>;
  down(): Promise<void>;
  /** Runs kmend and shows what it prints. @throws Error when it exits otherwise than expected (default: 0) */
  kmend(args: readonly string[], options?: { readonly expect?: readonly number[] }): Promise<void>;
  /** Starts kmend, and kills it with SIGKILL in the middle of its work, once so many changes are made. */
  killKmend(args: readonly string[], changes: number): Promise<void>;
  pods(order: "create" | "delete", count: number, hosts: readonly string[]): Promise<void>;
  /** What the model of each host's kernel holds: the judge. */
  counts(): Promise<ReadonlyMap<string, Ids>>;
  /** Leaked kmem ids of each host by kmend's own evidence. */
  scan(): Promise<ReadonlyMap<string, number>>;
  /** Packages, programs, configuration and services of a host, as text to compare. */
  fingerprint(host: string): Promise<string>;
  /** The processes of a host's pods: number and start time, a line each. */
  podProcesses(host: string): Promise<string>;
  /** Resolves once somebody can log in. @throws Error when that takes a minute */
  answers(host: string): Promise<void>;
  plant(host: string, fault: string): Promise<void>;
  mend(host: string): Promise<void>;
  /** Takes the API server away for so long, such as 20s. */
  apiAway(time: string): Promise<void>;
  /** Gives the fleet a real control plane; the first time it is built, which takes minutes. */
  cluster(): Promise<Cluster>;
}

/** The fleet's control plane. */
export interface Cluster {
  readonly kubeconfig: string;
  /** The program of the cluster's version. */
  readonly kubectl: string;
  /** What it says. @throws Error when it says no */
  ask(words: string): Promise<string>;
}

const main = join(import.meta.dirname, "..", "src", "cli", "main.ts");

// Two dozen short runs from TypeScript sources: Node keeps what it has stripped and compiled.
const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "kmend-compiled") };

/** @param name the lab's name */
export function createFleet(name: string): Fleet {
  const inventory = join(tmpdir(), `kmend-${name}-inventory.yml`);
  const lab = (verb: string, ...args: string[]): Promise<string> =>
    capture(["lab", verb, "--name", name, ...args]);
  return {
    inventory,
    up: () => show(["lab", "up", "--name", name, "--nodes", "6", "--inventory", inventory], [0]),
    down: () => show(["lab", "down", "--name", name], [0]),
    kmend: (args, { expect = [0] } = {}) => show(args, expect),
    killKmend,
    async pods(order, count, hosts) {
      await capture([
        "lab",
        "pods",
        order,
        "--name",
        name,
        String(count),
        ...hosts.flatMap((host) => ["--node", host]),
      ]);
    },
    async counts() {
      const status = JSON.parse(await lab("status", "--output", "json"));
      return new Map(status.nodes.map((node: { name: string; counts: Ids }) => [node.name, node.counts]));
    },
    async scan() {
      const report = JSON.parse(await capture(["scan", "-i", inventory, "--output", "json"], [0, 3]));
      return new Map(
        report.hosts.map((host: { host: string; diagnosis: { leaked: { kmemIds: number } } }) => [
          host.host,
          host.diagnosis.leaked.kmemIds,
        ]),
      );
    },
    fingerprint: (host) => lab("ssh", host, fingerprintScript),
    podProcesses: (host) => lab("ssh", host, podProcessesScript),
    async answers(host) {
      for (const until = Date.now() + 60_000; Date.now() < until; await sleep(500)) {
        const isThere = await lab("ssh", host, "true").then(
          () => true,
          () => false,
        );
        if (isThere) return;
      }
      throw new Error(`${host} does not answer`);
    },
    async plant(host, fault) {
      await lab("plant", host, fault);
    },
    async mend(host) {
      await lab("mend", host);
    },
    apiAway: (time) => show(["lab", "cluster", "away", time, "--name", name], [0]),
    async cluster() {
      await show(["lab", "cluster", "up", "--name", name, "--workloads"], [0]);
      const { admin, kubectl } = JSON.parse(
        await capture(["lab", "cluster", "status", "--name", name, "--output", "json"]),
      ) as { readonly admin: string; readonly kubectl: string };
      const ask = (words: string): Promise<string> =>
        capture(["lab", "cluster", "kubectl", "--name", name, "--", ...words.split(" ")]);
      return { kubeconfig: admin, kubectl, ask };
    },
  };
}

const podProcessesScript = `for p in $(find /sys/fs/cgroup/memory/kubepods -name cgroup.procs -exec cat {} + | sort -n); do
  echo "$p $(sed 's/.*) //' /proc/$p/stat | cut -d ' ' -f 20)"
done`;

const fingerprintScript = `rpm -qa | sort
rpm -V kubelet docker-ce
cd / && sha256sum usr/bin/kubelet usr/bin/runc usr/lib/systemd/system/kubelet.service etc/sysconfig/kubelet etc/docker/daemon.json
systemctl is-active kubelet docker
cat /sys/fs/cgroup/memory/kubepods/memory.kmem.slabinfo >/dev/null 2>&1 && echo "kubepods: accounting on" || echo "kubepods: accounting off"`;

async function show(args: readonly string[], expect: readonly number[]): Promise<void> {
  console.log(`\n   $ kmend ${args.join(" ")}`);
  const isLive = process.stdout.isTTY;
  const child = spawn(process.execPath, [main, ...args], {
    env,
    stdio: ["ignore", isLive ? "inherit" : "pipe", "inherit"],
  });
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const [code] = await once(child, "close");
  if (!isLive) console.log(brief(output).trimEnd());
  if (!expect.includes(code))
    throw new Error(`kmend ${args.join(" ")} exited with ${code}, wanted ${expect.join(" or ")}`);
}

async function killKmend(args: readonly string[], changes: number): Promise<void> {
  console.log(`\n   $ kmend ${args.join(" ")}   ... and kill -9 after ${changes} changes`);
  const child = spawn(process.execPath, [main, ...args, "--output", "ndjson"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  let made = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes('"type":"change:applied"')) continue;
    made += 1;
    if (made === changes) child.kill("SIGKILL");
  }
  const [, signal] = await ended;
  if (signal !== "SIGKILL") throw new Error(`kmend ${args.join(" ")} ended before it could be killed`);
}

async function capture(args: readonly string[], expect: readonly number[] = [0]): Promise<string> {
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = await once(child, "close");
  if (expect.includes(code)) return stdout;
  throw new Error(`kmend ${args.join(" ")} exited with ${code}, wanted ${expect.join(" or ")}:\n${stderr}`);
}
