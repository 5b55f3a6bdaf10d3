import type { Value } from "../template/template.ts";
import type { Random } from "./world.ts";

/** `order:`: how a play's hosts are sorted. */
export function ordered(hosts: readonly string[], order: Value | undefined, random: Random): string[] {
  switch (order) {
    case "reverse_inventory":
      return [...hosts].reverse();
    case "sorted":
      return [...hosts].sort();
    case "reverse_sorted":
      return [...hosts].sort().reverse();
    case "shuffle":
      return shuffled(hosts, random);
    default:
      return [...hosts];
  }
}

function shuffled(hosts: readonly string[], random: Random): string[] {
  const result = [...hosts];
  for (let at = result.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [result[at], result[other]] = [result[other] as string, result[at] as string];
  }
  return result;
}
