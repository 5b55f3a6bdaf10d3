import type { Event, Events, Recap } from "../../journal/journal.ts";
import { diffText } from "../diff-text.ts";
import { nothing } from "../ending.ts";
import { failureText } from "../fleet-view.ts";
import { isUnknowable } from "../plan-summary.ts";
import type { AccountResult } from "./account.ts";
import type { KeptTasks } from "./keep-tasks.ts";
import { wayBackWords } from "./way-back-words.ts";

/** What each host came to at each task, in the order in which it came. */
export function resultKeeper({ numberOf }: KeptTasks): {
  readonly results: ReadonlyMap<string, readonly AccountResult[]>;
  take(event: Event): void;
} {
  const results = new Map<string, AccountResult[]>();
  /** Of loops under way, by host and task. */
  const failedItems = new Map<string, { item: string; message: string }[]>();

  function ofHost(host: string): AccountResult[] {
    const known = results.get(host);
    if (known) return known;
    const fresh: AccountResult[] = [];
    results.set(host, fresh);
    return fresh;
  }

  function take(event: Event): void {
    switch (event.type) {
      case "play:started":
        for (const host of event.hosts) ofHost(host);
        break;
      case "item:ended":
        if ((event.outcome === "failed" || event.outcome === "unreachable") && !event.ignored) {
          const key = `${event.host} ${event.task.id}`;
          const item = { item: event.label, message: failureText(event.result) };
          failedItems.set(key, [...(failedItems.get(key) ?? []), item]);
        }
        break;
      case "task:ended": {
        const key = `${event.host} ${event.task.id}`;
        ofHost(event.host).push(resultOf(event, numberOf(event.task), failedItems.get(key)));
        failedItems.delete(key);
        break;
      }
      default:
    }
  }

  return { results, take };
}

function resultOf(
  event: Extract<Event, { type: "task:ended" }>,
  task: number,
  failedItems: AccountResult["failedItems"],
): AccountResult {
  const diff = (event.diff ?? [])
    .map((each) => diffText(each))
    .filter((text) => text !== "")
    .join("\n");
  const message = messageOf(event);
  return {
    task,
    outcome: event.outcome,
    ignored: event.ignored,
    rescued: event.rescued,
    endedAt: event.at,
    durationMs: event.durationMs,
    ...(event.delegate === undefined ? {} : { delegate: event.delegate }),
    ...(message === "" ? {} : { message }),
    ...(failedItems ? { failedItems } : {}),
    ...(diff === "" ? {} : { diff }),
    ...(event.wayBack ? { wayBack: wayBackWords(event.wayBack) } : {}),
    ...(isUnknowable(event) ? { isUnknowable: true as const } : {}),
  };
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

/** As the engine counts; for a run that has no last word. */
export function counted(results: readonly AccountResult[]): Recap {
  const counts = { ...nothing } as { -readonly [Key in keyof Recap]: Recap[Key] };
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
