import type { Account, AccountHost } from "./account.ts";

/** How each host ended, in words: of a plan how it would; what changed the play alone (group_by, set_fact) changed no host. A run that
 *  ended early left hosts that are neither well nor lost. */
export function endWords(account: Account): (host: AccountHost) => string {
  const { plan } = account;
  if (plan) {
    const failing = new Set(plan.wouldFail.map(({ host }) => host));
    const changing = new Set(plan.wouldChange.flatMap(({ hosts }) => hosts));
    const right = new Set(plan.rightAlready);
    return ({ host, end }) => {
      if (failing.has(host)) return end === "unreachable" ? "unreachable" : "would fail";
      if (changing.has(host)) return "would change";
      return right.has(host) ? "right already" : "not known";
    };
  }
  const changed = new Set(
    account.changes.filter((each) => !each.isSaidUnchanged).flatMap((each) => [each.host, each.for]),
  );
  const halfDone = new Set(account.left?.halfDone);
  const untouched = new Set(account.left?.untouched);
  return ({ host, end }) => {
    if (end !== "changed" && end !== "ok") return end;
    if (halfDone.has(host)) return "half done";
    if (untouched.has(host)) return "untouched";
    return changed.has(host) ? end : "ok";
  };
}
