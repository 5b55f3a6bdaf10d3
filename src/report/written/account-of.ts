import type { Event, Events, Json } from "../../journal/journal.ts";
import { formatPlace } from "../../problem/problem.ts";
import { declinedWords } from "../declined-line.ts";
import { endingKeeper, endOf } from "../ending.ts";
import { byHostName } from "../host-order.ts";
import { planHeld } from "../plan-held.ts";
import { scanMeasurements } from "../scan-measurements.ts";
import type { Account, AccountBatch, AccountHost, LeakReading } from "./account.ts";
import { attentionOf } from "./attention.ts";
import { changeKeeper } from "./keep-changes.ts";
import { predictionKeeper } from "./keep-predictions.ts";
import { counted, resultKeeper } from "./keep-results.ts";
import { taskKeeper } from "./keep-tasks.ts";
import { outcomeWords } from "./outcome-words.ts";
import { planOf } from "./plan-of.ts";

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
  let lastAt = "";
  let resumes = 0;
  const who = new Set<string>();
  const plays: Account["plays"][number][] = [];
  const batches: Mutable<AccountBatch>[] = [];
  const leak = new Map<string, LeakReading[]>();
  const declined: NonNullable<Account["declined"]>[number][] = [];
  const messages: Account["messages"][number][] = [];
  const tasks = taskKeeper();
  const results = resultKeeper(tasks);
  const changes = changeKeeper(tasks);
  const predictions = predictionKeeper(tasks);
  const ending = endingKeeper();
  const held = planHeld();

  function take(event: Event): void {
    lastAt = event.at;
    for (const keeper of [held, ending, results, changes, predictions]) keeper.take(event);
    switch (event.type) {
      case "run:started":
        begun = event;
        if (event.who !== undefined) who.add(event.who);
        break;
      case "run:resumed":
        resumes += 1;
        if (event.who !== undefined) who.add(event.who);
        break;
      case "play:started":
        if (!plays.some(({ play }) => play === event.play))
          plays.push({ play: event.play, name: event.name, place: formatPlace(event.place) });
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
      case "task:ended":
        for (const [host, readings] of scanMeasurements([event]))
          leak.set(host, [...(leak.get(host) ?? []), ...readings.map(readingOf)]);
        break;
      case "task:declined":
        declined.push({
          task: event.task.name,
          place: formatPlace(event.task.place),
          hosts: event.hosts,
        });
        messages.push({ level: "warning", text: `${event.task.name}: ${declinedWords(event)}` });
        break;
      case "message:said":
        if (event.level !== "info") messages.push({ level: event.level, text: event.text });
        break;
      default:
    }
  }

  function hostsNow(): readonly AccountHost[] {
    const { ended, takenBack } = ending.ending();
    const recap = ended?.recap ?? {};
    const names = [...new Set([...results.results.keys(), ...Object.keys(recap), ...takenBack.keys()])];
    return names.sort(byHostName).map((host) => {
      const own = results.results.get(host) ?? [];
      const counts = recap[host] ?? counted(own);
      return { host, end: takenBack.get(host) ?? endOf(counts), counts, results: own };
    });
  }

  function account({ isLive }: { readonly isLive: boolean }): Account {
    const { ended, left } = ending.ending();
    const hosts = hostsNow();
    const kind = begun?.of !== undefined ? "rollback" : begun?.check ? "plan" : "run";
    const limit = limitOf(begun?.options);
    const head = {
      kind,
      run: begun?.run ?? "",
      command: begun?.command ?? "run",
      inventories: begun?.inventories ?? [],
      state: ended ? "ended" : isLive ? "running" : "stopped",
      ...(begun?.of === undefined ? {} : { of: begun.of }),
      ...(ended ? { exitCode: ended.exitCode } : {}),
      ...(ended?.reason === undefined ? {} : { reason: ended.reason }),
      ...(left ? { left } : {}),
      ...(declined.length > 0 ? { declined } : {}),
      hosts,
    } as const;
    const allChanges = changes.all();
    const attention = attentionOf(
      { ...head, changes: allChanges, tasks: tasks.tasks, rollbacks: changes.rollbacks },
      changes.lost,
    );
    const { plan: heldPlan } = held.written();
    const plan = kind === "plan" ? planOf(hosts, predictions, left?.untouched) : undefined;
    return {
      schema: 1,
      ...head,
      kmend: begun?.kmend ?? "",
      who: [...who],
      playbooks: begun?.playbooks ?? [],
      ...(limit === null ? {} : { limit }),
      startedAt: begun?.at ?? lastAt,
      lastAt,
      says: outcomeWords({ ...head, attention, ...(plan ? { plan } : {}) }),
      resumes,
      plays,
      tasks: tasks.tasks,
      changes: allChanges,
      rollbacks: changes.rollbacks,
      reverts: changes.reverts,
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

function readingOf({ at, verdict, switchedOnBy, kmemIds, isAtLeast, idsLeft }: LeakReading): LeakReading {
  return { at, verdict, switchedOnBy, kmemIds, isAtLeast, idsLeft };
}

function limitOf(options: Json | undefined): string | null {
  const limit = (options as { readonly limit?: unknown } | null | undefined)?.limit;
  return typeof limit === "string" ? limit : null;
}
