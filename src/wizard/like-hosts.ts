/** Hosts that are alike in what leaks, why, and what mends them: what is chosen for one is chosen for all of them. */

import type { Event } from "../journal/journal.ts";
import { type Evidence, mendWays, type Step } from "../kmem/kmem.ts";
import { byHostName, leaks, type ScannedHost } from "../report/report.ts";

export type JudgedHost = Extract<ScannedHost, { readonly diagnosis: unknown }>;

export interface LikeHosts {
  readonly verdict: string;
  readonly leaks: boolean;
  /** By name; never empty. */
  readonly hosts: readonly JudgedHost[];
  /** The cheapest first; null: too little is known to say. */
  readonly ways: readonly (readonly Step[])[] | null;
}

/** Hosts with a diagnosis in groups, the worst first. The ways of a group are those of its evidence, which its hosts share. */
export function likeHosts(hosts: readonly ScannedHost[], events: readonly Event[]): readonly LikeHosts[] {
  const evidence = evidenceOf(events);
  const groups = new Map<string, { hosts: JudgedHost[]; ways: LikeHosts["ways"] }>();
  const known = new Map<string, LikeHosts["ways"]>();
  for (const host of [...hosts].sort((a, b) => byHostName(a.host, b.host))) {
    if ("problem" in host) continue;
    const signs = `${host.diagnosis.verdict}\n${host.diagnosis.switchedOnBy}\n${host.diagnosis.perPod.says}`;
    const mend = JSON.stringify(
      host.mend?.map(({ does, instead }) => [does, instead.map((other) => other.does)]),
    );
    const key = `${signs}\n${mend}`;
    if (!known.has(key)) known.set(key, waysOf(evidence.get(host.host)));
    const group = groups.get(key);
    if (group) group.hosts.push(host);
    else groups.set(key, { hosts: [host], ways: known.get(key) ?? null });
  }
  return [...groups.values()].map(({ hosts: alike, ways }) => asGroup(alike, ways)).sort(byWorst);
}

function asGroup(hosts: readonly JudgedHost[], ways: LikeHosts["ways"]): LikeHosts {
  const [first] = hosts;
  return {
    verdict: first?.diagnosis.verdict ?? "unknown",
    leaks: first !== undefined && leaks(first),
    hosts,
    ways,
  };
}

/** What leaks goes before what is not known, and that before what is clean; then who runs out first, who leaked most, who are more. */
function byWorst(a: LikeHosts, b: LikeHosts): number {
  const [x, y] = [badness(a), badness(b)];
  const at = x.findIndex((each, index) => each !== y[index]);
  return at < 0 ? 0 : (y[at] ?? 0) - (x[at] ?? 0);
}

/** Who runs out first, then who leaked most; alike ones as they stood. */
export function worstFirst(hosts: readonly JudgedHost[]): readonly JudgedHost[] {
  const secondsLeft = ({ exhaustion }: JudgedHost): number =>
    exhaustion.secondsLeft ?? Number.MAX_SAFE_INTEGER;
  const leaked = ({ diagnosis }: JudgedHost): number => diagnosis.leaked.kmemIds ?? 0;
  return [...hosts].sort((a, b) => secondsLeft(a) - secondsLeft(b) || leaked(b) - leaked(a));
}

function badness({ leaks: isLeaking, verdict, hosts }: LikeHosts): readonly number[] {
  const soonest = Math.min(...hosts.map((host) => host.exhaustion.secondsLeft ?? Number.MAX_SAFE_INTEGER));
  const most = Math.max(...hosts.map((host) => host.diagnosis.leaked.kmemIds ?? 0));
  return [isLeaking ? 2 : verdict === "unknown" ? 1 : 0, -soonest, most, hosts.length];
}

function waysOf(evidence: Evidence | undefined): LikeHosts["ways"] {
  return evidence ? mendWays(evidence) : null;
}

/** The first evidence of each host in a scan's journal. */
function evidenceOf(events: readonly Event[]): ReadonlyMap<string, Evidence> {
  const byHost = new Map<string, Evidence>();
  for (const event of events) {
    if (event.type !== "task:ended" || event.task.module !== "kmend.kmem.evidence") continue;
    const { evidence } = (event.result ?? {}) as { readonly evidence?: Evidence };
    if (evidence && !byHost.has(event.host)) byHost.set(event.host, evidence);
  }
  return byHost;
}
