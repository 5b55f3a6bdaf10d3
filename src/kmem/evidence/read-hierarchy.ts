/** The mounted hierarchies by systemd's words for them. */

import { type Fact, ifKnown, isKnown, known, unknown } from "../fact.ts";
import type { Hierarchy } from "./evidence.ts";
import type { Records } from "./records.ts";

export function readHierarchy(records: Records): Fact<Hierarchy> {
  const mounts = records.get("cgroups.mounts");
  if (!isKnown(mounts)) return mounts;
  const mounted = mounts.value.split("\n").map((line) => {
    const [, at = "", type = "", options = ""] = line.split(" ");
    return { at, isUnified: type === "cgroup2", isMemory: options.split(",").includes("memory") };
  });
  const memory = mounted.find((each) => !each.isUnified && each.isMemory)?.at ?? null;
  const hasV1 = mounted.some((each) => !each.isUnified);
  const hasV2 = mounted.some((each) => each.isUnified);
  if (!hasV1 && !hasV2) return unknown("no cgroup file system is mounted", mounts.source);
  const given = ifKnown(records.get("cgroups.use_hierarchy"))?.trim();
  return known(
    {
      kind: hasV1 ? (hasV2 ? "hybrid" : "legacy") : "unified",
      memory,
      countsBelow: given === "1" ? true : given === "0" ? false : null,
    },
    mounts.source,
  );
}
