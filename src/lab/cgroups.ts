/**
 * A cgroup for each host, of this machine's own. Without it all hosts would share the one that the daemon is in, and
 * each systemd would find the others' processes among its services.
 */

import { existsSync } from "node:fs";
import { mkdir, readdir, rmdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { LabPlace, NodePlace } from "./place.ts";

/** The hierarchies that a systemd works in: v1 and hybrid machines have the first two, v2 machines the last. */
const hierarchies = ["/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified", "/sys/fs/cgroup"];

/** Makes the host's cgroups, and gives their folders: a process writes itself into each. */
export async function makeCgroups(lab: LabPlace, node: NodePlace): Promise<readonly string[]> {
  const groups = labGroups(lab).map((group) => join(group, basename(node.folder)));
  for (const group of groups) await mkdir(group, { recursive: true });
  return groups;
}

/** Removes the lab's cgroups; no process of it runs any more. */
export async function removeCgroups(lab: LabPlace): Promise<void> {
  for (const group of labGroups(lab)) if (existsSync(group)) await removeTree(group);
}

/** The lab's cgroups that are there. */
export function labCgroups(lab: LabPlace): readonly string[] {
  return labGroups(lab).filter((group) => existsSync(group));
}

function labGroups(lab: LabPlace): readonly string[] {
  return hierarchies
    .filter((hierarchy) => existsSync(join(hierarchy, "cgroup.procs")))
    .map((hierarchy) => join(hierarchy, `kmend-lab-${lab.mark}`));
}

/** Only rmdir removes a cgroup, and only an empty one: the deepest first. */
async function removeTree(group: string): Promise<void> {
  const entries = await readdir(group, { withFileTypes: true });
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(group, entry.name));
  await rmdir(group);
}
