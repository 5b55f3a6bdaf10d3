import { type Event, isSaidUnchanged } from "../../journal/journal.ts";
import type { AccountChange, AccountRevert, AccountRollback } from "./account.ts";
import type { Lost } from "./attention.ts";
import type { KeptTasks } from "./keep-tasks.ts";
import { wayBackWords } from "./way-back-words.ts";

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What was changed, what became of each change, and what was taken back. */
export interface KeptChanges {
  all(): readonly AccountChange[];
  readonly reverts: readonly AccountRevert[];
  readonly rollbacks: readonly AccountRollback[];
  /** What is left for a person to do, in the order in which it came. */
  readonly lost: readonly Lost[];
  take(event: Event): void;
}

export function changeKeeper({ numberOf }: KeptTasks): KeptChanges {
  const changes = new Map<string, Mutable<AccountChange>>();
  /** Of tasks under way, by host and task. */
  const changesOf = new Map<string, Mutable<AccountChange>[]>();
  const reverts: AccountRevert[] = [];
  const rollbacks: Mutable<AccountRollback>[] = [];
  const lost: Lost[] = [];

  function take(event: Event): void {
    switch (event.type) {
      case "change:recorded":
        record(event);
        break;
      case "change:wayback":
        amend(event.change, { wayBack: wayBackWords(event.wayBack) });
        break;
      case "change:applied":
        amend(event.change, { fate: "applied" });
        break;
      case "change:failed":
        amend(event.change, { fate: "failed" });
        break;
      case "task:ended": {
        const key = `${event.host} ${numberOf(event.task)}`;
        // The playbook's word, not what kmend saw.
        if (isSaidUnchanged(event))
          for (const change of changesOf.get(key) ?? []) change.isSaidUnchanged = true;
        changesOf.delete(key);
        break;
      }
      case "change:reverted":
        amend(event.change, { fate: "reverted" });
        reverts.push({
          host: event.host,
          task: numberOf(event.task),
          at: event.at,
          end: "reverted",
          ...(event.kept === undefined ? {} : { kept: event.kept }),
        });
        break;
      case "change:revert-failed": {
        amend(event.change, { fate: "not reverted" });
        const task = numberOf(event.task);
        reverts.push({ host: event.host, task, at: event.at, end: event.kind, message: event.message });
        lost.push({ kind: "revert", event, task });
        break;
      }
      case "rollback:started":
        rollbacks.push({ scope: event.scope, reason: event.reason, startedAt: event.at, hosts: {} });
        break;
      case "rollback:ended": {
        const rollback = rollbacks.at(-1);
        if (rollback) rollback.hosts = event.hosts;
        break;
      }
      case "deadman:unconfirmed":
      case "deadman:fired":
        lost.push({ kind: "dead-man", event });
        break;
      default:
    }
  }

  function record(event: Extract<Event, { type: "change:recorded" }>): void {
    const task = numberOf(event.task);
    const change: Mutable<AccountChange> = {
      change: event.change,
      host: event.host,
      for: event.for,
      task,
      at: event.at,
      fate: "unknown",
      wayBack: wayBackWords(event.wayBack),
    };
    changes.set(event.change, change);
    const key = `${event.for} ${task}`;
    changesOf.set(key, [...(changesOf.get(key) ?? []), change]);
  }

  function amend(change: string, more: Partial<AccountChange>): void {
    const known = changes.get(change);
    if (known) Object.assign(known, more);
  }

  return { all: () => [...changes.values()], reverts, rollbacks, lost, take };
}
