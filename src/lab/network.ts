/**
 * Each lab's own 127.77.N.*. Labs under one root file system claim theirs by a file; one in a container that shares
 * this network sees no such file, so the daemon also listens on an address of it, which everybody sees.
 */

import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { dirname, join } from "node:path";
import { KmendError } from "../problem/problem.ts";
import { sshPort } from "./fleet.ts";
import { withLock } from "./lock.ts";
import { type LabPlace, runtimeFolder } from "./place.ts";

/** Claims the lowest network that no living lab has. A claim whose lab is gone is taken over. */
export async function claimNetwork(place: LabPlace): Promise<number> {
  await mkdir(runtimeFolder, { recursive: true, mode: 0o700 });
  return withLock(join(runtimeFolder, "lock"), async () => {
    const inUse = await networksInUse();
    for (let network = 1; network < 255; network++) {
      if (inUse.has(network)) continue;
      const owner = await ownerOf(network);
      if (owner !== null && owner !== place.folder && existsSync(owner)) continue;
      const claim = await open(claimFile(network), "w", 0o600);
      await claim.writeFile(place.folder);
      await claim.close();
      return network;
    }
    throw new KmendError({
      code: "lab-networks-used-up",
      message: "Cannot raise another lab: all 254 networks of 127.77 are taken",
      hint: `Take one down; the claims are in ${dirname(claimFile(1))}`,
    });
  });
}

/** Gives the lab's networks back. */
export async function releaseNetworks(place: LabPlace): Promise<void> {
  if (!existsSync(runtimeFolder)) return;
  await withLock(join(runtimeFolder, "lock"), async () => {
    for (let network = 1; network < 255; network++)
      if ((await ownerOf(network)) === place.folder) await rm(claimFile(network), { force: true });
  });
}

/** Listens where no host does, for as long as the lab is up; fails where another lab has the network. */
export async function occupyNetwork(network: number): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  server.listen({ host: `127.77.${network}.${daemonsHost}`, port: sshPort });
  await once(server, "listening");
  return server;
}

/** Hosts count from 1 up to the most that a lab can have. */
const daemonsHost = 254;

/** The networks that something listens in, whoever it belongs to. */
async function networksInUse(): Promise<ReadonlySet<number>> {
  const sockets = await readFile("/proc/net/tcp", "utf8");
  // An address is written as a number in hexadecimal, its bytes backwards: 127.77.3.1 is 01034D7F; 0A is "listens".
  const listening = sockets.matchAll(/: [0-9A-F]{2}([0-9A-F]{2})4D7F:[0-9A-F]{4} \S+ 0A /g);
  return new Set(Array.from(listening, ([, byte = ""]) => Number.parseInt(byte, 16)));
}

async function ownerOf(network: number): Promise<string | null> {
  return readFile(claimFile(network), "utf8").catch(() => null);
}

function claimFile(network: number): string {
  return join(runtimeFolder, `network-${network}`);
}
