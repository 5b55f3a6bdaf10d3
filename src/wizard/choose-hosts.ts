/** All of a group's hosts, those that a pattern names, or one by one. */

import type { Asker } from "./ask.ts";
import { hostCount, hostNames } from "./lines.ts";

/** @returns none where somebody has left all of them out */
export async function chooseHosts(asker: Asker, hosts: readonly string[]): Promise<readonly string[]> {
  if (hosts.length === 1) return hosts;
  const how = await asker.choose<"all" | "some" | "each">("Which of them?", [
    { value: "all", name: `all ${hostCount(hosts.length)}`, about: hostNames(hosts) },
    {
      value: "some",
      name: "those that a pattern names",
      about: "app-*, web-1, !app-3: * is anything, ! takes out",
    },
    { value: "each", name: "one by one, from a list" },
  ]);
  if (how === "all") return hosts;
  const named = how === "some" ? await byPattern(asker, hosts) : hosts;
  if (how === "some" && named.length > mostToList) return named;
  return asker.pick(
    "Which of these?",
    named.map((host) => ({ value: host, name: host })),
  );
}

/** A list that long is not gone through once more. */
const mostToList = 200;

async function byPattern(asker: Asker, hosts: readonly string[]): Promise<readonly string[]> {
  const pattern = await asker.text("Pattern", "*", (answer) =>
    matching(hosts, answer).length > 0 ? null : `No host of the ${hosts.length} is named by it.`,
  );
  const named = matching(hosts, pattern);
  asker.say([`${hostCount(named.length)}: ${hostNames(named)}`]);
  return named;
}

/** Hosts that some word of the pattern names, and none with `!` before it. Only words with `!`: all but those. A word without `*` also
 *  names hosts that have it in them. */
export function matching(hosts: readonly string[], pattern: string): readonly string[] {
  const words = pattern.split(/[\s,:]+/).filter((word) => word !== "");
  const out = words.filter((word) => word.startsWith("!")).map((word) => word.slice(1));
  const into = words.filter((word) => !word.startsWith("!"));
  const isNamed = (host: string, word: string): boolean => asRegExp(word).test(host);
  return hosts.filter(
    (host) =>
      (into.length === 0
        ? out.length > 0
        : into.some((word) => isNamed(host, word) || host.includes(word))) &&
      !out.some((word) => isNamed(host, word)),
  );
}

function asRegExp(word: string): RegExp {
  const literal = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("\\*", ".*").replaceAll("\\?", ".")}$`, "i");
}
