/** Takes a lab down, whatever state it is in: nothing of it is left, no process, no mount, no file. */

import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { removeCgroups } from "./cgroups.ts";
import { removeCluster } from "./cluster/cluster.ts";
import { endHosts } from "./end-hosts.ts";
import { mountsBelow, unmountBelow } from "./mounts.ts";
import { releaseNetworks } from "./network.ts";
import { labPlace } from "./place.ts";
import { daemonsOf, haveEnded, signal } from "./processes.ts";
import type { LabOptions } from "./up.ts";

/** Removes the lab; false where there was none. Safe at any time: after a crash, half-raised, or twice. */
export async function down({ state, name }: LabOptions): Promise<boolean> {
  const place = labPlace(resolve(state), name);
  const daemons = await daemonsOf(resolve(state), name);
  const wasThere = daemons.length > 0 || existsSync(place.folder);
  await removeCluster(place);
  await endDaemons(daemons);
  await endHosts(place.folder);
  await unmountBelow(place.folder);
  const left = await mountsBelow(place.folder);
  if (left.length > 0) throw new Error(`Cannot take the lab down: still mounted are ${left.join(", ")}`);
  await removeCgroups(place);
  await rm(place.folder, { recursive: true, force: true });
  await rm(place.socket, { force: true });
  await releaseNetworks(place);
  return wasThere;
}

/** Asked first: it powers its hosts off while their kernels still answer. */
async function endDaemons(daemons: readonly number[]): Promise<void> {
  for (const how of ["SIGTERM", "SIGKILL"] as const) {
    for (const pid of daemons) signal(pid, how);
    if (await haveEnded(daemons, endedWithinMs)) return;
  }
}

const endedWithinMs = 15_000;
