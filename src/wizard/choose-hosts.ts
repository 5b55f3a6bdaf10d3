/** All of a group's hosts, the worst of them, those that a pattern names, or one by one. */

import { firstHosts, howMany, wrap } from "../report/report.ts";
import type { Asker, Choice } from "./ask.ts";
import { type JudgedHost, worstFirst } from "./like-hosts.ts";
import { matching } from "./matching.ts";

/** @param group by name
 *  @param width columns of the screen
 *  @returns names, none where somebody has left all of them out */
export async function chooseHosts(
  asker: Asker,
  group: readonly JudgedHost[],
  width: number,
): Promise<readonly string[]> {
  const hosts = group.map(({ host }) => host);
  if (hosts.length === 1) return hosts;
  const how = await asker.choose<How>("Which of them?", [
    { value: "all", name: `all ${howMany(hosts.length, "host")}`, about: firstHosts(hosts) },
    ...(hosts.length >= fewestToRank ? [worst] : []),
    {
      value: "some",
      name: "those that a pattern names",
      about: "app-*, web-1, !app-3: * is anything, ! takes out",
    },
    { value: "each", name: "from a list, to search and to pick in" },
  ]);
  if (how === "all") return hosts;
  if (how === "worst") return theWorst(asker, group, width);
  const named = how === "some" ? await byPattern(asker, hosts, width) : hosts;
  if (how === "some" && named.length > mostToList) return named;
  return asker.pick(
    "Which of these?",
    named.map((host) => ({ value: host, name: host })),
  );
}

type How = "all" | "worst" | "some" | "each";

/** Of fewer one sees it. */
const fewestToRank = 5;

/** A list that long is not gone through once more. */
const mostToList = 200;

const worst: Choice<How> = {
  value: "worst",
  name: "the worst, as many as you say",
  about: "Who runs out of ids first, then who leaked most.",
};

async function theWorst(
  asker: Asker,
  group: readonly JudgedHost[],
  width: number,
): Promise<readonly string[]> {
  const count = await asker.text(
    `How many of the ${group.length}`,
    String(Math.ceil(group.length / 10)),
    (answer) =>
      /^[1-9]\d*$/.test(answer) && Number(answer) <= group.length
        ? null
        : `A number from 1 to ${group.length}, please.`,
  );
  const hosts = worstFirst(group)
    .slice(0, Number(count))
    .map(({ host }) => host);
  asker.say(wrap(`${howMany(hosts.length, "host")}: ${firstHosts(hosts)}`, width));
  return hosts;
}

async function byPattern(asker: Asker, hosts: readonly string[], width: number): Promise<readonly string[]> {
  const pattern = await asker.text("Pattern", "*", (answer) =>
    matching(hosts, answer).length > 0 ? null : `No host of the ${hosts.length} is named by it.`,
  );
  const named = matching(hosts, pattern);
  asker.say(wrap(`${howMany(named.length, "host")}: ${firstHosts(named)}`, width));
  return named;
}
