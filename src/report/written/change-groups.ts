import { byHostName } from "../host-order.ts";
import type { Account, AccountChange } from "./account.ts";

/** The same change on several hosts, told once. */
export interface ChangeGroup {
  readonly task: number;
  readonly fate: AccountChange["fate"];
  readonly wayBack: AccountChange["wayBack"];
  readonly hosts: readonly string[];
  /** Each diff with the hosts that have it. */
  readonly diffs: readonly { readonly diff: string; readonly hosts: readonly string[] }[];
}

export interface ChangeGroups {
  /** What changed and stands. */
  readonly standing: readonly ChangeGroup[];
  readonly takenBack: readonly ChangeGroup[];
  /** Tasks that kmend ran as changes, and of which the playbook says that they changed nothing. */
  readonly saidUnchanged: readonly ChangeGroup[];
}

/** Changes of a run, or those that a plan predicts, folded by task and way back. */
export function changeGroups(account: Account): ChangeGroups {
  const diffs = diffsOf(account);
  const fold = (changes: readonly AccountChange[]): ChangeGroup[] =>
    [
      ...Map.groupBy(changes, ({ task, fate, wayBack }) => `${task} ${fate} ${wayBack.says}`).values(),
    ].flatMap((group) => {
      const [first] = group;
      if (!first) return [];
      const hosts = [...new Set(group.map(({ host }) => host))].sort(byHostName);
      const owners = new Set(group.map((each) => each.for));
      return {
        task: first.task,
        fate: first.fate,
        wayBack: first.wayBack,
        hosts,
        diffs: diffGroups(diffs.get(first.task), owners),
      };
    });
  const isKept = ({ task }: AccountChange): boolean => account.tasks[task]?.kind !== "rollback";
  const changes = account.changes.filter(isKept);
  const said = changes.filter((each) => each.isSaidUnchanged && each.fate === "applied");
  const others = changes.filter((each) => !(each.isSaidUnchanged && each.fate === "applied"));
  return {
    standing: fold(others.filter(({ fate }) => fate !== "reverted")),
    takenBack: fold(others.filter(({ fate }) => fate === "reverted")),
    saidUnchanged: fold(said),
  };
}

/** The diffs of a task on these hosts, equal ones once. */
export function diffGroups(
  byHost: ReadonlyMap<string, string> | undefined,
  hosts: ReadonlySet<string>,
): ChangeGroup["diffs"] {
  const own = [...(byHost ?? [])].filter(([host]) => hosts.has(host));
  return [...Map.groupBy(own, ([, diff]) => diff)].map(([diff, those]) => ({
    diff,
    hosts: those.map(([host]) => host),
  }));
}

/** By task and host. */
export function diffsOf({ hosts }: Account): ReadonlyMap<number, ReadonlyMap<string, string>> {
  const byTask = new Map<number, Map<string, string>>();
  for (const { host, results } of hosts)
    for (const { task, diff } of results)
      if (diff !== undefined) {
        const byHost = byTask.get(task) ?? new Map<string, string>();
        byTask.set(task, byHost.set(host, [byHost.get(host), diff].filter(Boolean).join("\n")));
      }
  return byTask;
}
