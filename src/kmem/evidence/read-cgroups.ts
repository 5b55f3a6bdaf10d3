/** The rows of the cgroup section as facts. */

import { type Fact, isKnown, known, mapFact, unknown } from "../fact.ts";
import { cgroupKind, podUid } from "./cgroup-kind.ts";
import type { Accounting, Cgroup, CgroupEvidence, Pod } from "./evidence.ts";
import type { PodNames } from "./pod-names.ts";
import { readHierarchy } from "./read-hierarchy.ts";
import type { Records } from "./records.ts";

/** What a limit reads that was never set, and also one that runc has switched accounting on with. */
const noLimit = "9223372036854771712";

export function readCgroups(records: Records): CgroupEvidence {
  const table = records.get("cgroups.groups");
  const mount = table.source;
  const groups = isKnown(table) ? rows(table.value, mount) : [];
  const counted = isKnown(table) ? /^counted\t(\d+)\t(\d+)$/m.exec(table.value) : null;
  const cutShort = Number(counted?.[2] ?? 0);
  const count = (value: number, source: string): Fact<number> => {
    if (!isKnown(table)) return table;
    return counted ? known(value, source) : unknown("the walk of the hierarchy did not end in time", mount);
  };
  const active = groups.filter((group) => group.accounting.value === "on").length;
  const all = groups.length + Number(counted?.[1] ?? 0) + cutShort;
  return {
    version: mapFact(records.get("cgroups.version"), (value) => (value === "v2" ? "v2" : "v1")),
    hierarchy: readHierarchy(records),
    root: groups.find((group) => group.kind === "root")?.accounting ?? unknown("not read", mount),
    kubepods: kubepods(groups, isKnown(table) && counted !== null, mount),
    groups,
    active:
      cutShort > 0
        ? unknown(`${cutShort} cgroups were left unread: too many`, mount)
        : count(active, `${mount}/*/memory.kmem.slabinfo`),
    directories: count(all, `find ${mount} -type d`),
    numCgroups: memoryCgroups(records.get("kernel.num_cgroups")),
    idleUsage: idleUsage(groups, mount),
    unified: unified(records),
  };
}

/** Pods are the directories that kubelet made for them. */
export function readPods({ groups, directories }: CgroupEvidence, names: PodNames): Fact<readonly Pod[]> {
  if (!isKnown(directories)) return directories;
  const pods = groups.filter((group) => group.kind === "pod");
  return known(
    pods.map((pod) => podOf(pod, groups, names)),
    directories.source,
  );
}

function podOf(pod: Cgroup, groups: readonly Cgroup[], names: PodNames): Pod {
  const inside = groups.filter((group) => group.path.startsWith(`${pod.path}/`));
  const uid = podUid(pod.path.split("/").at(-1) ?? "") ?? "";
  const byContainer = inside.map((group) => names.ofContainer(group.path.split("/").at(-1) ?? ""));
  return {
    path: pod.path,
    uid,
    name: names.ofPod(uid) ?? byContainer.find((name) => name !== null) ?? null,
    containers: inside.filter((group) => group.kind === "container").length,
    hasMemoryLimit: [pod, ...inside].some((group) => group.memoryLimit !== null),
    accounting: pod.accounting,
  };
}

function rows(text: string, mount: string): Cgroup[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("."))
    .map((line) => {
      const [place = "", state, why = "", kmemLimit, limit, usage = "", busy] = line.split("\t");
      const path = place.replace(/^\.\/?/, "");
      const source = `${mount}${path && "/"}${path}/memory.kmem.slabinfo`;
      return {
        path,
        kind: cgroupKind(path),
        accounting:
          state === "on" || state === "off" ? known<Accounting>(state, source) : unknown(why, source),
        memoryLimit: limitOf(limit),
        kmemLimit: limitOf(kmemLimit),
        kmemUsage: usage || null,
        hasProcesses: busy === "yes" ? true : busy === "no" ? false : null,
      };
    });
}

function limitOf(text: string | undefined): string | null {
  return text === undefined || text === "" || text === noLimit ? null : text;
}

function kubepods(groups: readonly Cgroup[], isWhole: boolean, mount: string): Fact<Accounting | "absent"> {
  const group = groups.find(({ kind }) => kind === "kubepods");
  if (group) return group.accounting;
  return isWhole
    ? known("absent", `find ${mount} -type d`)
    : unknown("the memory hierarchy could not be read", mount);
}

function idleUsage(groups: readonly Cgroup[], mount: string): Fact<number> {
  const group = groups.find(({ kind }) => kind === "kubepods");
  const source = `${mount}/${group?.path ?? "kubepods"}/memory.kmem.usage_in_bytes`;
  if (!group) return unknown("there is no kubepods", source);
  if (groups.some(({ kind }) => kind === "pod"))
    return unknown("says something only while no pod exists", source);
  if (group.kmemUsage === null) return unknown("could not be read", source);
  return known(Number(group.kmemUsage), source);
}

function memoryCgroups(table: Fact<string>): Fact<number> {
  if (!isKnown(table)) return table;
  const [, count] = /^memory\s+\d+\s+(\d+)/m.exec(table.value) ?? [];
  return count === undefined
    ? unknown("it has no line for memory", table.source)
    : known(Number(count), table.source);
}

function unified(records: Records): Fact<{ descendants: number; dying: number }> {
  const { value, source } = records.get("cgroups.version");
  if (value === "v1") return unknown("cgroup v1 has no such count", source);
  const stat = records.get("cgroups.stat");
  if (!isKnown(stat)) return stat;
  const [, descendants] = /^nr_descendants (\d+)$/m.exec(stat.value) ?? [];
  const [, dying] = /^nr_dying_descendants (\d+)$/m.exec(stat.value) ?? [];
  return descendants === undefined || dying === undefined
    ? unknown("it has no counts of descendants", stat.source)
    : known({ descendants: Number(descendants), dying: Number(dying) }, stat.source);
}
