/** `cluster.json`: which ports a cluster has, written before anything listens there, so that it comes back where it was. */

import { once } from "node:events";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { KmendError } from "../../problem/problem.ts";
import type { ClusterPlace } from "./cluster-place.ts";
import type { Ports } from "./components.ts";

export interface ClusterDescription {
  readonly version: 1;
  readonly ports: Ports;
}

/** Reads it; null where there is no cluster. */
export async function readCluster(place: ClusterPlace): Promise<ClusterDescription | null> {
  try {
    return JSON.parse(await readFile(place.description, "utf8")) as ClusterDescription;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** The same, for what needs one. */
export async function requireCluster(place: ClusterPlace, lab: string): Promise<ClusterDescription> {
  const cluster = await readCluster(place);
  if (cluster) return cluster;
  throw new KmendError({
    code: "lab-no-cluster",
    message: `Cannot find a cluster in the lab "${lab}": there is no ${place.description}`,
    hint: `To raise it:\n    kmend lab cluster up --name ${lab}`,
  });
}

/** Reads it, or chooses free ports and writes it. */
export async function describeCluster(place: ClusterPlace): Promise<ClusterDescription> {
  const before = await readCluster(place);
  if (before) return before;
  const [etcd = 0, etcdPeer = 0, api = 0] = await freePorts(3);
  const cluster: ClusterDescription = { version: 1, ports: { etcd, etcdPeer, api } };
  await mkdir(place.logs, { recursive: true, mode: 0o700 });
  await writeFile(`${place.description}.growing`, `${JSON.stringify(cluster, null, 2)}\n`, { mode: 0o600 });
  await rename(`${place.description}.growing`, place.description);
  return cluster;
}

/** Ports of 127.0.0.1 that nobody listens on: all held at once, so that they differ. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen({ host: "127.0.0.1", port: 0 }));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
