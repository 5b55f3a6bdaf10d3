import type { Event, Events, Json, Recap, TaskRef } from "../../journal/journal.ts";
import { formatPlace } from "../../problem/problem.ts";
import { diffText } from "../diff-text.ts";
import { failureText } from "../fleet-view.ts";
import { byHostName } from "../host-order.ts";
import { planHeld } from "../plan-held.ts";
import { isUnknowable } from "../plan-summary.ts";
import { endOf, type HostEnd, nothing } from "../run-summary.ts";
import { scanMeasurements } from "../scan-measurements.ts";
import type {
  Account,
  AccountBatch,
  AccountChange,
  AccountResult,
  AccountRevert,
  AccountRollback,
  AccountTask,
  LeakReading,
} from "./account.ts";
import { attentionOf, type Lost } from "./attention.ts";
import { outcomeWords } from "./outcome-words.ts";
import { type Foretold, planOf } from "./plan-of.ts";
import { wayBackWords } from "./way-back-words.ts";

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What a run came to, from its events alone. @param state.isLive a process still writes it */
export function accountOf(events: readonly Event[], state: { readonly isLive: boolean }): Account {
  const { take, account } = accountKeeper();
  for (const event of events) take(event);
  return account(state);
}

/** Takes in events as they come, and keeps of each no more than a report tells. */
export function accountKeeper(): { take(event: Event): void; account(state: { isLive: boolean }): Account } {
  let begun: (Events["run:started"] & { readonly at: string }) | null = null;
  let ended: Events["run:ended"] | null = null;
  let lastAt = "";
  let resumes = 0;
  const who = new Set<string>();
  let left: Account["left"];
  const plays: Account["plays"][number][] = [];
  const tasks: AccountTask[] = [];
  const taskNumbers = new Map<string, number>();
  const results = new Map<string, AccountResult[]>();
  const failedItems = new Map<string, { item: string; message: string }[]>();
  const changes = new Map<string, Mutable<AccountChange>>();
  /** Of tasks under way, by host and task. */
  const changesOf = new Map<string, Mutable<AccountChange>[]>();
  const rollbacks: Mutable<AccountRollback>[] = [];
  const reverts: AccountRevert[] = [];
  const batches: Mutable<AccountBatch>[] = [];
  const takenBack = new Map<string, HostEnd>();
  const lost: Lost[] = [];
  let foretold: Foretold[] | null = null;
  const held = planHeld();
  const leak = new Map<string, LeakReading[]>();
  const messages: Account["messages"][number][] = [];

  /** The same task of another batch has another number, and the same place. */
  function numberOf(ref: TaskRef): number {
    const place = formatPlace(ref.place);
    const play = Number.parseInt(ref.id, 10) || 0;
    const key = `${play} ${place} ${ref.kind} ${ref.module}`;
    const known = taskNumbers.get(key);
    if (known !== undefined) return known;
    taskNumbers.set(key, tasks.length);
    tasks.push({ name: ref.name, module: ref.module, kind: ref.kind, place, play });
    return tasks.length - 1;
  }

  function hostResults(host: string): AccountResult[] {
    const known = results.get(host);
    if (known) return known;
    const fresh: AccountResult[] = [];
    results.set(host, fresh);
    return fresh;
  }

  function take(event: Event): void {
    lastAt = event.at;
    held.take(event);
    switch (event.type) {
      case "run:started":
        begun = event;
        if (event.who !== undefined) who.add(event.who);
        break;
      case "run:resumed":
        // The last word of the process before counts no more.
        resumes += 1;
        if (event.who !== undefined) who.add(event.who);
        ended = null;
        left = undefined;
        break;
      case "run:ended":
        ended = event;
        break;
      case "play:started":
        if (!plays.some(({ play }) => play === event.play))
          plays.push({ play: event.play, name: event.name, place: formatPlace(event.place) });
        for (const host of event.hosts) hostResults(host);
        break;
      case "batch:started":
        batches.push({
          play: event.play,
          batch: event.batch,
          of: event.of,
          hosts: event.hosts.length,
          startedAt: event.at,
        });
        break;
      case "gate:ended": {
        const batch = batches.findLast((each) => each.play === event.play && each.batch === event.batch);
        if (batch) batch.gateHeld = event.held;
        break;
      }
      case "item:ended":
        if ((event.outcome === "failed" || event.outcome === "unreachable") && !event.ignored) {
          const key = `${event.host} ${event.task.id}`;
          const item = { item: event.label, message: failureText(event.result) };
          failedItems.set(key, [...(failedItems.get(key) ?? []), item]);
        }
        break;
      case "task:ended":
        takeResult(event);
        for (const [host, readings] of scanMeasurements([event]))
          leak.set(host, [...(leak.get(host) ?? []), ...readings.map(readingOf)]);
        break;
      case "change:recorded":
        takeChange(event);
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
        rollbacks.push({
          scope: event.scope,
          reason: event.reason,
          startedAt: event.at,
          hosts: {},
        });
        break;
      case "rollback:ended": {
        const rollback = rollbacks.at(-1);
        if (rollback) rollback.hosts = event.hosts;
        for (const [host, how] of Object.entries(event.hosts))
          if (how !== "nothing to do") takenBack.set(host, how);
        break;
      }
      case "run:cut-short":
        left = { done: event.done, halfDone: event.halfDone, untouched: event.untouched, goOn: event.goOn };
        break;
      case "deadman:unconfirmed":
      case "deadman:fired":
        lost.push({ kind: "dead-man", event });
        break;
      case "prediction:made":
        foretold ??= [];
        if (event.says === "unknown") foretold.push(foretoldOf(event));
        break;
      case "message:said":
        if (event.level !== "info") messages.push({ level: event.level, text: event.text });
        break;
      default:
    }
  }

  function foretoldOf({ host, task, why, wayBack }: Events["prediction:made"]): Foretold {
    return {
      host,
      task: numberOf(task),
      why: why ?? "",
      ...(wayBack ? { wayBack: wayBackWords(wayBack) } : {}),
    };
  }

  function takeChange(event: Extract<Event, { type: "change:recorded" }>): void {
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

  function takeResult(event: Extract<Event, { type: "task:ended" }>): void {
    const task = numberOf(event.task);
    const key = `${event.host} ${event.task.id}`;
    const items = failedItems.get(key);
    failedItems.delete(key);
    const diff = (event.diff ?? [])
      .map((each) => diffText(each))
      .filter((text) => text !== "")
      .join("\n");
    const message = messageOf(event);
    hostResults(event.host).push({
      task,
      outcome: event.outcome,
      ignored: event.ignored,
      rescued: event.rescued,
      endedAt: event.at,
      durationMs: event.durationMs,
      ...(event.delegate === undefined ? {} : { delegate: event.delegate }),
      ...(message === "" ? {} : { message }),
      ...(items ? { failedItems: items } : {}),
      ...(diff === "" ? {} : { diff }),
      ...(event.wayBack ? { wayBack: wayBackWords(event.wayBack) } : {}),
      ...(isUnknowable(event) ? { isUnknowable: true as const } : {}),
    });
    // An ok of a task that has a change is the playbook's word, not what kmend saw.
    if (event.outcome === "ok")
      for (const change of changesOf.get(`${event.host} ${task}`) ?? []) change.isSaidUnchanged = true;
    changesOf.delete(`${event.host} ${task}`);
  }

  function account({ isLive }: { readonly isLive: boolean }): Account {
    const recap = ended?.recap ?? {};
    const names = [...new Set([...results.keys(), ...Object.keys(recap), ...takenBack.keys()])];
    const hosts = names.sort(byHostName).map((host) => {
      const own = results.get(host) ?? [];
      const counts = recap[host] ?? counted(own);
      return { host, end: takenBack.get(host) ?? endOf(counts), counts, results: own };
    });
    const kind = begun?.of !== undefined ? "rollback" : begun?.check ? "plan" : "run";
    const limit = limitOf(begun?.options);
    const head = {
      kind,
      run: begun?.run ?? "",
      state: ended ? "ended" : isLive ? "running" : "stopped",
      ...(begun?.of === undefined ? {} : { of: begun.of }),
      ...(ended ? { exitCode: ended.exitCode } : {}),
      ...(ended?.reason === undefined ? {} : { reason: ended.reason }),
      ...(left ? { left } : {}),
      hosts,
    } as const;
    const allChanges = [...changes.values()];
    const attention = attentionOf({ ...head, changes: allChanges, tasks }, lost);
    const { plan: heldPlan } = held.written();
    const plan = kind === "plan" ? planOf(hosts, foretold) : undefined;
    return {
      schema: 1,
      ...head,
      command: begun?.command ?? "run",
      kmend: begun?.kmend ?? "",
      who: [...who],
      playbooks: begun?.playbooks ?? [],
      inventories: begun?.inventories ?? [],
      ...(limit === null ? {} : { limit }),
      startedAt: begun?.at ?? lastAt,
      lastAt,
      says: outcomeWords({ ...head, attention, ...(plan ? { plan } : {}) }),
      resumes,
      plays,
      tasks,
      changes: allChanges,
      rollbacks,
      reverts,
      batches,
      attention,
      ...(plan ? { plan } : {}),
      ...(heldPlan ? { held: heldPlan } : {}),
      leak: [...leak].sort(([a], [b]) => byHostName(a, b)).map(([host, readings]) => ({ host, readings })),
      messages,
    };
  }

  return { take, account };
}

/** Modules whose message is what they are for. */
const speakers = new Set(["debug", "assert", "fail"]);

/** Longer ones say less, not more: the journal has all of it. */
const longestMessage = 4000;

function messageOf(event: Events["task:ended"]): string {
  const isLost = event.outcome === "failed" || event.outcome === "unreachable";
  const said = (event.result as { readonly msg?: unknown } | null)?.msg;
  const own =
    (speakers.has(event.task.module) || isUnknowable(event)) && typeof said === "string" ? said : "";
  const text = isLost ? failureText(event.result) : own;
  return text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text;
}

function readingOf({ at, verdict, switchedOnBy, kmemIds, isAtLeast, idsLeft }: LeakReading): LeakReading {
  return { at, verdict, switchedOnBy, kmemIds, isAtLeast, idsLeft };
}

function limitOf(options: Json | undefined): string | null {
  const limit = (options as { readonly limit?: unknown } | null | undefined)?.limit;
  return typeof limit === "string" ? limit : null;
}

/** As the engine counts; for a run that has no last word. */
function counted(results: readonly AccountResult[]): Recap {
  const counts = { ...nothing } as Mutable<Recap>;
  for (const { outcome, ignored, rescued } of results) {
    const isLost = (outcome === "failed" || outcome === "unreachable") && !ignored;
    if (isLost) counts[rescued ? "rescued" : outcome === "failed" ? "failed" : "unreachable"] += 1;
    else if (outcome === "skipped") counts.skipped += 1;
    else {
      counts.ok += 1;
      if (outcome === "changed") counts.changed += 1;
      if (ignored) counts.ignored += 1;
    }
  }
  return counts;
}
