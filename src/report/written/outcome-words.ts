import type { EndReason } from "../../journal/journal.ts";
import { howMany } from "../how-many.ts";
import type { Account } from "./account.ts";

type Known = Pick<
  Account,
  "kind" | "state" | "exitCode" | "reason" | "attention" | "plan" | "hosts" | "left"
>;

/** How a run ended, in a sentence for whoever was not there. */
export function outcomeWords(account: Known): string {
  if (account.state === "running") return "It is still running: this is how it stands.";
  if (account.state === "stopped")
    return "It stopped without a last word: kmend or its machine died. What was under way is not known.";
  return `${sentences[account.kind](account)} Exit code ${account.exitCode}: ${exitWords(account)}.`;
}

const sentences: Readonly<Record<Account["kind"], (account: Known) => string>> = {
  run: ({ attention, hosts, exitCode, left }) => {
    const lost = new Set(attention.map(({ host }) => host)).size;
    if (lost > 0) return `${lost} of ${hosts.length} hosts ${lost === 1 ? "needs" : "need"} a person.`;
    if (exitCode === 0) return "Everything ended well.";
    const toDo = left ? left.halfDone.length + left.untouched.length : 0;
    return toDo === 0
      ? "No host failed."
      : `No host failed; ${toDo} of ${hosts.length} hosts ${toDo === 1 ? "is" : "are"} left to do.`;
  },
  plan: ({ plan }) => {
    const fails = new Set(plan?.wouldFail.map(({ host }) => host)).size;
    return fails === 0
      ? "Nothing was changed. No host is known to fail."
      : `Nothing was changed. ${howMany(fails, "host")} would fail.`;
  },
  rollback: ({ attention }) =>
    attention.length === 0
      ? "Everything was taken back, and compared with what had been recorded."
      : "Not everything could be taken back.",
};

function exitWords({ exitCode, reason, kind }: Known): string {
  const known = reason === undefined || reason === "done" ? undefined : reasons[reason];
  if (known !== undefined) return known;
  if (exitCode === 2 && kind === "rollback") return "some change could not be taken back";
  return codes[exitCode ?? -1] ?? "not one that kmend has";
}

const reasons: Readonly<Record<Exclude<EndReason, "done">, string>> = {
  failed: "some host failed",
  unreachable: "some host could not be reached",
  limit: "too many hosts failed, so nothing new began",
  window: "its time was up, and hosts are left to do",
  interrupted: "it was interrupted",
  error: "it could not go on",
  fault: "a fault in kmend",
};

/** For journals of older kmends, which have no reason. */
const codes: Readonly<Record<number, string>> = {
  0: "well",
  1: "an error of kmend's own",
  2: "some host failed",
  4: "some host could not be reached",
  5: "wrong options",
  6: "too many hosts failed",
  75: "its time was up, and hosts are left to do",
  76: "its time was up, hosts are left to do, and some are lost",
  99: "it was interrupted",
  250: "a fault in kmend",
};
