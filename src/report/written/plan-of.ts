import type { AccountHost, AccountPlan, AccountResult, Predicted } from "./account.ts";

interface Found {
  readonly host: string;
  readonly result: AccountResult;
}

/** What a dry run predicts, each task once with its hosts. */
export function planOf(hosts: readonly AccountHost[]): AccountPlan {
  const all = hosts.flatMap(({ host, results }) => results.map((result): Found => ({ host, result })));
  // What changes the play alone (group_by, set_fact) has no way back and needs none.
  const changing = all.filter(({ result }) => result.outcome === "changed" && result.wayBack);
  const unknowable = all.filter(({ result }) => result.isUnknowable);
  const failing = all.filter(
    ({ result }) => (result.outcome === "failed" || result.outcome === "unreachable") && !result.ignored,
  );
  const touched = new Set([...changing, ...unknowable, ...failing].map(({ host }) => host));
  return {
    wouldChange: folded(changing),
    unknowable: folded(unknowable),
    wouldFail: failing.map(({ host, result }) => ({
      host,
      task: result.task,
      what: result.outcome === "unreachable" ? "unreachable" : "failed",
      message: result.message ?? "no message",
    })),
    rightAlready: hosts.map(({ host }) => host).filter((host) => !touched.has(host)),
  };
}

function folded(found: readonly Found[]): Predicted[] {
  const groups = Map.groupBy(
    found,
    ({ result }) => `${result.task} ${result.wayBack?.says} ${result.isUnknowable ? result.message : ""}`,
  );
  return [...groups.values()].flatMap((group) => {
    const result = group[0]?.result;
    if (!result) return [];
    return {
      task: result.task,
      hosts: [...new Set(group.map(({ host }) => host))],
      wayBack: result.wayBack ?? { kind: "unknown", says: "not known before it runs" },
      ...(result.isUnknowable ? { why: result.message ?? "" } : {}),
    };
  });
}
