/** The slab section as a count, and the leaked ids that follow from it. */

import { type Fact, isKnown, known, mapFact, unknown } from "../fact.ts";
import type { SlabCount } from "./evidence.ts";
import type { Records } from "./records.ts";

export function readSlab(records: Records): Fact<SlabCount> {
  return mapFact(records.get("slab"), (text) => {
    const [entries, indexes, highest, dead, whole = "", ...deadNames] = text.split("\t");
    return {
      entries: Number(entries),
      indexes: Number(indexes),
      highestIndex: Number(highest),
      deadIndexes: Number(dead),
      deadNames,
      isWhole: whole === "yes",
    };
  });
}

/** The kernel gives out the lowest free index: those below the highest that no live cgroup holds, leaked. */
export function leakedKmemIds(slab: Fact<SlabCount>, active: Fact<number>): Fact<number> {
  if (!isKnown(slab)) return slab;
  if (!isKnown(active)) return active;
  const leaked = slab.value.highestIndex + 1 - active.value;
  const source = `${slab.source}: highest index ${slab.value.highestIndex} + 1 - ${active.value} live (${active.source})`;
  // Live cgroups in which no task ran yet have an id and no cache: fewer indexes than live groups is no contradiction.
  return slab.value.entries === 0 && slab.value.highestIndex < 0 && !slab.value.isWhole
    ? unknown("no entry was read in time", slab.source)
    : known(Math.max(leaked, 0), source);
}
