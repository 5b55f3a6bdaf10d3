import { byHostName } from "../host-order.ts";
import type { Account, Attention } from "./account.ts";

/** What a person has to look at on several hosts for the same reason. */
export interface AttentionGroup extends Pick<Attention, "what" | "says" | "task"> {
  readonly hosts: readonly string[];
  /** What to run next: the first of the hosts' commands. */
  readonly runs: readonly string[];
  /** How many more commands there are, each for its own host. */
  readonly moreRuns: number;
}

/** Of commands that differ by their host alone, some are enough to know the others by. */
const mostRuns = 3;

export function attentionGroups({ attention }: Pick<Account, "attention">): readonly AttentionGroup[] {
  const alike = Map.groupBy(attention, ({ what, task, says }) => JSON.stringify([what, task, says]));
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const ordered = group.toSorted((a, b) => byHostName(a.host, b.host));
    const runs = [...new Set(ordered.flatMap(({ run }) => run ?? []))];
    return {
      what: first.what,
      says: first.says,
      ...(first.task === undefined ? {} : { task: first.task }),
      hosts: [...new Set(ordered.map(({ host }) => host))],
      runs: runs.slice(0, mostRuns),
      moreRuns: Math.max(0, runs.length - mostRuns),
    };
  });
}
