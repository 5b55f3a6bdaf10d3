import type { Act } from "../../journal/journal.ts";
import { byHostName } from "../host-order.ts";
import type { AccountHost, AccountPlan, AccountResult, AccountWayBack, Predicted } from "./account.ts";
import type { KeptPredictions } from "./keep-predictions.ts";

/** What the plan says that nobody can know, and why. */
export interface Foretold {
  readonly host: string;
  /** A number in the account's tasks. */
  readonly task: number;
  readonly why: string;
  readonly wayBack?: AccountWayBack;
}

interface Found {
  readonly host: string;
  readonly result: AccountResult;
}

/** What a dry run predicts, each task once with its hosts.
 *  @param unasked hosts that the run did not come to: nobody knows of them
 *  @param foretold where the run foretold nothing (`run --check`), only commands are known to be unknowable */
export function planOf(
  hosts: readonly AccountHost[],
  foretold: Pick<KeptPredictions, "unknown" | "actsOf">,
  unasked: readonly string[] = [],
): AccountPlan {
  const all = hosts.flatMap(({ host, results }) => results.map((result): Found => ({ host, result })));
  // What changes the play alone (group_by, set_fact) has no way back and needs none.
  const changing = all.filter(({ result }) => result.outcome === "changed" && result.wayBack);
  const unknowable = foretold.unknown() ?? all.flatMap(unknowableOf);
  const failing = all.filter(
    ({ result }) => (result.outcome === "failed" || result.outcome === "unreachable") && !result.ignored,
  );
  const touched = new Set([...changing, ...unknowable, ...failing].map(({ host }) => host));
  return {
    wouldChange: folded(
      changing.map(({ host, result: { task, wayBack } }) => ({
        host,
        task,
        ...(wayBack ? { wayBack } : {}),
      })),
      foretold.actsOf,
    ),
    unknowable: folded(unknowable, foretold.actsOf),
    wouldFail: failing.map(({ host, result }) => ({
      host,
      task: result.task,
      what: result.outcome === "unreachable" ? "unreachable" : "failed",
      message: result.message ?? "no message",
    })),
    rightAlready: hosts
      .map(({ host }) => host)
      .filter((host) => !touched.has(host) && !unasked.includes(host)),
  };
}

/** What cannot be undone, if it is done: what would change, then what can't be known. */
export function withoutWayBack({ wouldChange, unknowable }: AccountPlan): readonly Predicted[] {
  return [...wouldChange, ...unknowable].filter(({ wayBack }) => wayBack.kind === "none");
}

function unknowableOf({ host, result: { task, isUnknowable, message, wayBack } }: Found): Foretold[] {
  return isUnknowable ? [{ host, task, why: message ?? "", ...(wayBack ? { wayBack } : {}) }] : [];
}

function folded(
  found: readonly (Omit<Foretold, "why"> & { readonly why?: string })[],
  actsOf: (host: string, task: number) => readonly Act[],
): Predicted[] {
  const groups = Map.groupBy(found, ({ host, task, wayBack, why }) =>
    JSON.stringify([task, wayBack?.says, why, actsOf(host, task)]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const acts = actsOf(first.host, first.task);
    return {
      task: first.task,
      hosts: [...new Set(group.map(({ host }) => host))].sort(byHostName),
      wayBack: first.wayBack ?? { kind: "unknown", says: "not known before it runs" },
      ...(acts.length > 0 ? { acts } : {}),
      ...(first.why === undefined ? {} : { why: first.why }),
    };
  });
}
