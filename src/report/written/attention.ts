/** What a person has to look at after a run, each with the command that helps. */

import type { Event } from "../../journal/journal.ts";
import type { Account, Attention } from "./account.ts";

/** An event that leaves something for a person to do. */
export type Lost =
  | {
      readonly kind: "revert";
      readonly event: Extract<Event, { type: "change:revert-failed" }>;
      readonly task: number;
    }
  | { readonly kind: "dead-man"; readonly event: Extract<Event, { type: `deadman:${string}` }> };

type Known = Pick<
  Account,
  | "run"
  | "kind"
  | "command"
  | "inventories"
  | "of"
  | "state"
  | "left"
  | "hosts"
  | "changes"
  | "tasks"
  | "rollbacks"
>;

export function attentionOf(account: Known, lost: readonly Lost[]): readonly Attention[] {
  if (account.kind === "plan") return [];
  // A rollback loses a host by a change alone, and says of that why.
  const isToldAlready = (host: string): boolean =>
    account.kind === "rollback" && lost.some((each) => each.kind === "revert" && each.event.host === host);
  return [
    ...lost.map((each) =>
      each.kind === "revert" ? notReverted(account, each) : deadMan(account, each.event),
    ),
    ...lostHosts(account).filter(({ host }) => !isToldAlready(host)),
    ...underWay(account),
  ];
}

function notReverted(account: Known, { event, task }: Extract<Lost, { kind: "revert" }>): Attention {
  const { host, kind, message, hint } = event;
  return {
    host,
    what: kind === "different" ? "different" : "rollback failed",
    task,
    says: [notRevertedWords[kind], message, hint ?? ""].filter((part) => part !== "").join(": "),
    // No rollback helps where there is no way back.
    ...(kind === "irreversible"
      ? {}
      : { run: rollbackCommand(account, host, kind === "foreign" ? " --force" : "") }),
  };
}

const notRevertedWords = {
  irreversible: "It has no way back",
  failed: "Taking it back failed",
  different: "Taken back, but it is not what it was",
  foreign: "Not taken back, as somebody else has changed it since",
  unreachable: "Not taken back, as the host could not be reached",
} as const;

function deadMan(account: Known, event: Extract<Lost, { kind: "dead-man" }>["event"]): Attention {
  if (event.type === "deadman:unconfirmed")
    return {
      host: event.host,
      what: "not confirmed",
      says: `It takes itself back at about ${event.due}: ${event.reason.replace(/\.$/, "")}. To keep its changes, run this on the host`,
      run: `sh ${event.folder}/dead-man.sh confirm`,
    };
  const whole = "code" in event && event.code === 0;
  return {
    host: event.host,
    what: "took itself back",
    says: `Nobody had confirmed it in time.${whole ? "" : " Not all of it could be taken back."} A rollback compares, and takes back the rest`,
    run: rollbackCommand(account, event.host),
  };
}

/** Hosts whose last failure was neither ignored nor rescued. */
function lostHosts(account: Known): Attention[] {
  const { rollbacks } = account;
  return account.hosts.flatMap(({ host, counts, results, end }) => {
    const what = counts.unreachable > 0 ? "unreachable" : counts.failed > 0 ? "failed" : null;
    if (what === null) return [];
    const failure = results.findLast(
      ({ outcome, ignored, rescued }) => outcome === what && !ignored && !rescued,
    );
    const isBack = end === "rolled back";
    // Its batch was taken back without it.
    const isLeftOut =
      account.kind === "run" && rollbacks.some((each) => each.hosts[host] === "nothing to do");
    const first = isBack
      ? "The host was taken back, after: "
      : isLeftOut
        ? "Nothing had to be taken back, after: "
        : "";
    return {
      host,
      what,
      says: `${first}${failure?.message ?? (what === "unreachable" ? "It could not be reached any more" : "no message")}`,
      ...(failure ? { task: failure.task } : {}),
      // It takes no further part in this run, however that goes on.
      run: isBack || isLeftOut ? `kmend show ${account.run}` : goOnCommand(account, what, host),
    };
  });
}

function goOnCommand(account: Known, what: "failed" | "unreachable", host: string): string {
  const { kind, command, inventories, run, of, left } = account;
  // A scan has nothing to be gone on with.
  if (command === "scan")
    return `kmend scan${inventories.map((each) => ` -i ${quoted(each)}`).join("")} --limit ${quoted(host)}`;
  if (kind === "rollback") return `kmend rollback ${of ?? run}`;
  if (what === "unreachable") return `kmend resume ${run} --limit @unreachable`;
  return left?.goOn === "anew" ? `kmend show ${run}` : `kmend resume ${run} --retry-failed`;
}

/** Changes of which nobody knows whether they were made. */
function underWay(account: Known): Attention[] {
  if (account.state === "running") return [];
  const unknown = account.changes.filter(
    ({ fate, wayBack }) => fate === "unknown" && wayBack.kind !== "not needed",
  );
  return unknown.map(({ host, task }) => ({
    host,
    what: "unknown",
    task,
    says: "It was under way when the link or the run ended: nobody knows whether it was made",
    run: account.kind === "rollback" ? rollbackCommand(account, host) : `kmend resume ${account.run}`,
  }));
}

function rollbackCommand({ kind, run, of }: Known, host: string, more = ""): string {
  return `kmend rollback ${kind === "rollback" ? (of ?? run) : run} --limit ${quoted(host)}${more}`;
}

function quoted(word: string): string {
  return /^[\w./:-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
