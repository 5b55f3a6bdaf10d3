/**
 * The same ten tasks on the same twenty hosts: kmend, Ansible with pipelining, Ansible with Mitogen, and one script
 * through parallel-ssh, which asks and records nothing. Each contestant's rounds are spread between the others', so that a busy
 * minute of the machine is everyone's; ratios compare, seconds do not. Nothing is left behind. `node bench/peers.ts 2`
 * lets each run at most twice.
 */

import { spawnSync } from "node:child_process";
import { type Contestant, contestants, lacks } from "./contestants.ts";
import { type Fleet, withFleet } from "./fleet.ts";
import { load, median, requireBuild, table, timed } from "./measure.ts";

const hosts = 20;
const most = Number(process.argv[2] ?? 5);
const packages = ["pssh", "ansible-core", "ansible-mitogen"];

/** As before anyone did the work. */
const undo = "rm -rf /etc/kmend-bench.conf /etc/kmend-bench.list /var/lib/kmend-bench";
/** What the work leaves, wherever it was done. */
const look = `cd /; stat -c '%n %F %a %U' etc/kmend-bench.conf etc/kmend-bench.list var/lib/kmend-bench
cat etc/kmend-bench.conf etc/kmend-bench.list; systemctl is-active dbus ssh`;
const wanted = `etc/kmend-bench.conf regular file 644 root
etc/kmend-bench.list regular file 644 root
var/lib/kmend-bench directory 755 root
managed by the benchmark
mode=fast
active
active
`;

interface Times {
  readonly first: number[];
  readonly second: number[];
}

requireBuild();
installPeers();
await withFleet(hosts, async (fleet) => {
  const all = contestants(fleet);
  for (const each of all)
    if (lacks(each)) console.log(`Without ${each.name}: ${lacks(each)} is not installed`);
  const here = all.filter((each) => lacks(each) === null);
  const times = new Map(here.map((each): [Contestant, Times] => [each, { first: [], second: [] }]));
  for (let round = 0; round < most; round++)
    for (const [contestant, { first, second }] of times) {
      if (!hasTurn(contestant, round)) continue;
      const [one, two] = await compete(fleet, contestant);
      first.push(one);
      second.push(two);
      console.log(`${contestant.name}: ${inSeconds(one)}, again ${inSeconds(two)} (${load()})`);
    }
  console.log(`\n${hosts} hosts, ten tasks, medians\n\n${results(times)}`);
});

/** Installs what Debian has of the peers, where it may. */
function installPeers(): void {
  const missing = packages.filter((name) => spawnSync("dpkg", ["-s", name]).status !== 0);
  if (missing.length === 0 || process.getuid?.() !== 0) return;
  console.log(`Installing the Debian packages ${missing.join(", ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = ["-qq", "-y", "--no-install-recommends", "install", ...missing];
  if (spawnSync("apt-get", install, { env }).status === 0) return;
  spawnSync("apt-get", ["-qq", "update"], { env }); // a fresh machine has no lists yet
  spawnSync("apt-get", install, { env });
}

/** Spreads a contestant's few rounds over the many, the first of them first. */
function hasTurn({ rounds }: Contestant, round: number): boolean {
  const turn = (at: number): number => Math.ceil((at * rounds) / most);
  return rounds >= most || turn(round + 1) > turn(round);
}

/** One run that does the work, and one that finds it done. */
async function compete(fleet: Fleet, { name, run }: Contestant): Promise<readonly [number, number]> {
  await fleet.onAll(undo);
  const first = await timed(run);
  const left = await fleet.onAll(look);
  const different = left.find((each) => each !== wanted);
  if (different !== undefined) throw new Error(`${name} did other work:\n${different}\nwanted:\n${wanted}`);
  return [first, await timed(run)];
}

function results(times: ReadonlyMap<Contestant, Times>): string {
  const [ours] = times.values();
  const rows = [...times].map(([{ name }, { first, second }]) => [
    name,
    String(first.length),
    inSeconds(median(first)),
    ratio(median(first), median(ours?.first ?? [])),
    inSeconds(median(second)),
    ratio(median(second), median(ours?.second ?? [])),
  ]);
  return table([["", "runs", "first run", "to kmend", "second run", "to kmend"], ...rows]);
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function ratio(theirs: number, ours: number): string {
  return `${(theirs / ours).toFixed(2)} x`;
}
