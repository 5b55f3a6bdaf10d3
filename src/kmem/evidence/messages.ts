/** Messages that are signs of the leak, told apart from those that only look like them. */

import { type Fact, mapFact } from "../fact.ts";
import type { Messages } from "./evidence.ts";

export function readMessages(lines: Fact<readonly string[]>): Fact<Messages> {
  return mapFact(lines, (each) => {
    const found = joined(each).map((line) => ({ line, says: kindOf(line) }));
    return {
      signs: found.filter(({ says }) => says === "sign").map(({ line }) => line),
      lookalikes: found.filter(({ says }) => says !== "sign" && says !== null) as Messages["lookalikes"],
    };
  });
}

/** SLUB names the cache on a line of its own, and only the two together tell whose it was. */
function joined(lines: readonly string[]): string[] {
  const found: string[] = [];
  for (const line of lines) {
    const before = found.at(-1);
    if (/cache: /.test(line) && before !== undefined && /SLUB: Unable[^\n]*$/.test(before))
      found[found.length - 1] = `${before}\n${line}`;
    else found.push(line);
  }
  return found;
}

/** The first that fits; a line that fits none is not about this at all. */
const kinds: readonly (readonly [RegExp, string])[] = [
  [
    /inotify_add_watch.*no space left/i,
    "the limit of inotify watches (fs.inotify.max_user_watches) is reached, not that of cgroups",
  ],
  [/nf_conntrack_\S*.*error -12/i, "the kernel found no piece of memory large enough: it is fragmented"],
  [/cgroup\/memory\/.*(?:no space left on device|cannot allocate memory)/i, "sign"],
  [/memory\.kmem/, "sign"],
  [/cache: [^\s(]+\(\d+:/, "sign"],
  [/SLUB: Unable to allocate/, "no cgroup's copy of a cache is named: the whole node was short of memory"],
];

function kindOf(line: string): string | null {
  return kinds.find(([pattern]) => pattern.test(line))?.[1] ?? null;
}
