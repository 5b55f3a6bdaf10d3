import type { Events, Recap } from "../journal/journal.ts";
import { byHostName } from "./host-order.ts";
import { paint } from "./style.ts";

// More hosts than this do not fit a screen: those with the same outcome are folded into one line.
const mostUnfolded = 12;

/** A recap for people: a line a host for small fleets, hosts with the same numbers folded together for large ones. */
export function foldedRecap(recap: Events["run:ended"]["recap"], colour: boolean): string[] {
  const hosts = Object.keys(recap).sort(byHostName);
  const groups = new Map<string, string[]>();
  for (const host of hosts) {
    const key = hosts.length <= mostUnfolded ? host : JSON.stringify(recap[host]);
    groups.set(key, [...(groups.get(key) ?? []), host]);
  }
  return [...groups.values()].map((members) => line(members, recap[members[0] ?? ""] as Recap, colour));
}

/** `✖ web3: 2 ok, 1 failed`; hosts in trouble are all named, of the others the first few. */
function line(members: readonly string[], recap: Recap, colour: boolean): string {
  const isTrouble = recap.failed + recap.unreachable > 0;
  const counts = Object.entries(recap).filter(([, count]) => count > 0);
  const numbers = counts.map(([outcome, count]) => `${count} ${outcome}`).join(", ") || "nothing to do";
  const named = isTrouble || members.length <= 4 ? members : [...members.slice(0, 3), "…"];
  const title = members.length === 1 ? named.join("") : `${members.length} hosts (${named.join(", ")})`;
  const tone = isTrouble ? "failed" : recap.changed > 0 ? "changed" : "ok";
  return paint(colour, tone, `${isTrouble ? "✖" : "✔"} ${title}: ${numbers}`);
}
