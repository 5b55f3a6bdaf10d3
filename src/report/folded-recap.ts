import type { Events, Recap } from "../journal/journal.ts";
import { recapLines } from "./recap.ts";

// More hosts than this do not fit a screen: those with the same outcome are folded into one line.
const mostUnfolded = 12;

/** A recap for people: a line a host for small fleets, hosts with the same numbers folded together for large ones. */
export function foldedRecap(recap: Events["run:ended"]["recap"], colour: boolean): string[] {
  const hosts = Object.keys(recap).sort();
  if (hosts.length <= mostUnfolded) return recapLines(recap, colour);
  const groups = new Map<string, string[]>();
  for (const host of hosts) {
    const key = JSON.stringify(recap[host]);
    groups.set(key, [...(groups.get(key) ?? []), host]);
  }
  return [...groups].map(([key, members]) => {
    const [line = ""] = recapLines({ [`${members.length} hosts`]: JSON.parse(key) as Recap }, colour);
    const isTrouble = (JSON.parse(key) as Recap).failed + (JSON.parse(key) as Recap).unreachable > 0;
    const names =
      isTrouble || members.length <= 4 ? members.join(", ") : `${members.slice(0, 3).join(", ")} …`;
    return `${line}  ${names}`;
  });
}
