/** From the diagnosis to what is mended and how: group by group, the worst first. */

import type { Event } from "../journal/journal.ts";
import type { Step } from "../kmem/kmem.ts";
import { howMany, wrapAll } from "../report/report.ts";
import type { Asker } from "./ask.ts";
import { chooseDraining } from "./choose-draining.ts";
import { chooseHosts } from "./choose-hosts.ts";
import { tookBefore } from "./elsewhere.ts";
import { type Chosen, recipe, type Variable, wantedBy } from "./leg.ts";
import type { LikeHosts } from "./like-hosts.ts";
import { groupTitle } from "./screens/diagnosis.ts";
import { wayAbout, wayName, wayScreen } from "./screens/ways.ts";

/** Its plays are those of a rollout. */
const rolloutPool = "kmend.playbooks.rollout-pool";

export interface MendChoice {
  readonly width: number;
  /** Journals of earlier runs. */
  readonly earlier: readonly (readonly Event[])[];
  /** Hosts that are nodes of a cluster that can be asked. */
  clusterNodes(): Promise<readonly string[]>;
}

/** @returns nothing where every group is left alone */
export async function chooseMend(
  asker: Asker,
  groups: readonly LikeHosts[],
  options: MendChoice,
): Promise<readonly Chosen[]> {
  const chosen: Chosen[] = [];
  for (const group of groups.filter((each) => each.leaks)) {
    const each = await chooseFor(asker, group, options);
    if (each) chosen.push(each);
  }
  return chosen;
}

async function chooseFor(
  asker: Asker,
  group: LikeHosts,
  { width, earlier, clusterNodes }: MendChoice,
): Promise<Chosen | null> {
  const title = `${groupTitle(group)}: ${howMany(group.hosts.length, "host")}`;
  const [best] = group.ways ?? [];
  if (!best) {
    const host = group.hosts[0]?.host ?? "HOST";
    const why = "Which remedy is enough there is unknown, as what decides could not be read. More is said by";
    asker.say(["", ...wrapAll([title, why], width), `    kmend scan --explain ${host}`]);
    return null;
  }
  const took = (way: readonly Step[]) => tookBefore(earlier, recipe(way).playbooks[0] ?? "");
  asker.say(["", title, "The least that is enough:", ...wayScreen(best, took(best), width)]);
  const way = await asker.choose<readonly Step[] | null>(`How are they mended? (${title})`, [
    ...(group.ways ?? []).map((each) => ({
      value: each,
      name: wayName(each),
      about: wayAbout(each, took(each), width - 8).join("\n"),
    })),
    {
      value: null,
      name: "not now: leave them alone",
      about: "They go on leaking, and nothing is done to them.",
    },
  ]);
  if (way === null) return null;
  const hosts = await chooseHosts(asker, group.hosts, width);
  if (hosts.length === 0) return null;
  const own = await settingsOf(asker, way);
  const { byCluster, settings } = await chooseDraining(asker, way, {
    areNodes: async () => {
      const nodes = new Set(await clusterNodes());
      return hosts.every((host) => nodes.has(host));
    },
    rolledOut: () => tookBefore(earlier, rolloutPool),
  });
  return { hosts, way, settings: { ...own, ...settings }, byCluster };
}

async function settingsOf(asker: Asker, way: readonly Step[]): Promise<Readonly<Record<string, Variable>>> {
  const settings: Record<string, Variable> = {};
  for (const { variable, asks, initial, isOptional } of wantedBy(way)) {
    const answer = await asker.text(asks, initial, (text) =>
      (isOptional && text === "") || /^[\w.:~+-]+$/.test(text)
        ? null
        : "A name or a version, without spaces, please.",
    );
    if (answer !== "") settings[variable] = answer;
  }
  return settings;
}
