/** What a run came to, for the next program: one JSON object, whose form docs/summary.schema.json has. */

import type { EndReason, Event, Recap } from "../journal/journal.ts";
import { endingKeeper, endOf, type HostEnd, type Left, nothing } from "./ending.ts";
import { failureText } from "./fleet-view.ts";
import { type PlanHeld, planHeld } from "./plan-held.ts";
import { harmless } from "./style.ts";

export interface HostSummary {
  readonly end: HostEnd;
  readonly counts: Recap;
  /** What it failed at last in this process. */
  readonly failedAt?: { readonly task: string; readonly place: string; readonly message: string };
}

export interface WrittenSummary {
  readonly schema: 1;
  readonly run: string;
  readonly command: string;
  /** For a rollback: the run that it takes back. */
  readonly of?: string;
  readonly playbooks: readonly string[];
  readonly check: boolean;
  /** The run's folder, with its journal. */
  readonly folder: string;
  readonly startedAt: string;
  /** `running` also where kmend was killed: then nobody writes it any more. */
  readonly state: "running" | "ended";
  readonly endedAt?: string;
  readonly exitCode?: number;
  readonly reason?: EndReason;
  readonly seconds?: number;
  readonly hosts: Readonly<Record<string, HostSummary>>;
  /** What a run that ended early left to do. */
  readonly left?: Left;
  /** Of `kmend apply`: how the plan's definite predictions did. */
  readonly plan?: PlanHeld;
}

/** Takes in the events of a run as they come; `written` is what is known so far. */
export function runSummary(about: Pick<WrittenSummary, "run" | "folder">): {
  take(event: Event): void;
  written(): WrittenSummary;
} {
  let head: Pick<WrittenSummary, "command" | "of" | "playbooks" | "check" | "startedAt"> = {
    command: "resume",
    playbooks: [],
    check: false,
    startedAt: new Date(0).toISOString(),
  };
  const { take: takeEnding, ending } = endingKeeper();
  const plan = planHeld();
  const failures = new Map<string, NonNullable<HostSummary["failedAt"]>>();

  function take(event: Event): void {
    plan.take(event);
    takeEnding(event);
    switch (event.type) {
      case "run:started":
        head = {
          command: event.command,
          ...(event.of === undefined ? {} : { of: event.of }),
          playbooks: event.playbooks,
          check: event.check,
          startedAt: event.at,
        };
        break;
      case "run:resumed":
        head = { ...head, startedAt: event.at };
        break;
      case "task:ended":
        if ((event.outcome === "failed" || event.outcome === "unreachable") && !event.ignored)
          failures.set(event.host, {
            task: harmless(event.task.name),
            place: `${event.task.place.file}:${event.task.place.line}:${event.task.place.column}`,
            message: harmless(failureText(event.result)),
          });
        break;
      default:
    }
  }

  function hostSummary(host: string, counts: Recap): HostSummary {
    const failedAt = failures.get(host);
    const isLost = counts.failed > 0 || counts.unreachable > 0;
    return {
      end: ending().takenBack.get(host) ?? endOf(counts),
      counts,
      ...(failedAt && isLost ? { failedAt } : {}),
    };
  }

  function written(): WrittenSummary {
    const { ended: end, left, takenBack } = ending();
    const recap = end?.recap ?? {};
    const names = new Set([...Object.keys(recap), ...takenBack.keys()]);
    const hosts = [...names].map((host) => [host, hostSummary(host, recap[host] ?? nothing)]);
    const ended = end
      ? {
          endedAt: end.at,
          exitCode: end.exitCode,
          seconds: end.seconds,
          ...(end.reason ? { reason: end.reason } : {}),
        }
      : {};
    return {
      schema: 1,
      ...about,
      ...head,
      state: end ? "ended" : "running",
      ...ended,
      hosts: Object.fromEntries(hosts),
      ...(left ? { left } : {}),
      ...plan.written(),
    };
  }

  return { take, written };
}
