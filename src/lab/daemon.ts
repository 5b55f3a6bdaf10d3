/**
 * The lab's own process: keeps its hosts up, boots them again when they reboot, and serves their kernels' model.
 * `kmend lab up` starts it; it ends when it is told to, and its hosts with it.
 */

import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { type Answering, listenForRequests } from "./control.ts";
import { requireDescription } from "./description.ts";
import { endHosts } from "./end-hosts.ts";
import { prepareEquipment } from "./equipment.ts";
import { unknownNode } from "./fleet.ts";
import { createHost, type Host } from "./host.ts";
import { unmountBelow } from "./mounts.ts";
import { occupyNetwork } from "./network.ts";
import { labPlace } from "./place.ts";

/** More at once only wait for each other's processor, and for so long that the slowest seem dead. */
const bootsAtOnce = 2 * availableParallelism();

const [stateFolder = "", name = ""] = process.argv.slice(2);
const place = labPlace(stateFolder, name);
const lab = await requireDescription(place);

// What a daemon before this one left when it was killed: hosts without a keeper, mounts that nobody answers.
await endHosts(place.folder);
await unmountBelow(place.folder);

const occupied = await occupyNetwork(lab.network);
const equipment = await prepareEquipment(place.cache);
const hosts = new Map(lab.nodes.map((node) => [node.name, createHost(place, lab.base, node, equipment)]));

const answering: Answering = {
  async boot() {
    const started = performance.now();
    const down = [...hosts.values()].filter((host) => host.state() !== "up");
    const failed = await inTurns(down, bootsAtOnce, (host) => host.boot());
    return { booted: down.map((host) => host.node.name), failed, ms: performance.now() - started };
  },
  async reboot({ nodes }) {
    const started = performance.now();
    const failed = await inTurns(nodes.map(hostNamed), bootsAtOnce, (host) => host.reboot());
    if (failed.length > 0) throw new Error(failed.join("\n"));
    return { ms: performance.now() - started };
  },
  async status() {
    const reports = [...hosts.values()].map((host) => ({
      name: host.node.name,
      state: host.state(),
      trouble: host.trouble(),
    }));
    return { pid: process.pid, hosts: reports };
  },
  async stop() {
    await stopHosts();
    setImmediate(end);
    return {};
  },
};

const server = await listenForRequests(place.socket, answering);
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
  process.on(signal, () => void stopHosts().then(end, end));

async function stopHosts(): Promise<void> {
  await Promise.all([...hosts.values()].map((host) => host.stop()));
}

function end(): void {
  server.close();
  occupied.close();
  void rm(place.socket, { force: true }).then(() => process.exit());
}

function hostNamed(wanted: string): Host {
  const host = hosts.get(wanted);
  if (!host) throw unknownNode(wanted, lab.nodes);
  return host;
}

/** Does it for all, that many at a time; gives a sentence for each that failed. */
async function inTurns(
  all: readonly Host[],
  atOnce: number,
  act: (host: Host) => Promise<void>,
): Promise<readonly string[]> {
  const waiting = [...all];
  const failures: string[] = [];
  async function takeTurns(): Promise<void> {
    for (let host = waiting.shift(); host; host = waiting.shift())
      await act(host).catch((error: Error) => failures.push(error.message));
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, takeTurns));
  return failures;
}
