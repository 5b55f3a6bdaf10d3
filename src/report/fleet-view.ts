import type { Event, TaskRef } from "../journal/journal.ts";
import { cut, harmless } from "./style.ts";

/** What the live view knows of the fleet at one moment; made from events alone. */
export interface FleetView {
  play: string;
  batch: { readonly number: number; readonly of: number; readonly hosts: number } | null;
  task: TaskRef | null;
  /** Hosts of the task under way: when each began, in milliseconds. */
  readonly running: Map<string, number>;
  /** Hosts that this task still waits for. */
  waiting: number;
  taskHosts: number;
  readonly counts: { ok: number; changed: number; skipped: number; failed: number; unreachable: number };
  readonly failures: { readonly host: string; readonly task: string; readonly message: string }[];
  startedAt: number;
}

/** An empty view and the function that takes in one event. Times are milliseconds. */
export function fleetView(): { readonly view: FleetView; take(event: Event): void } {
  const view: FleetView = {
    play: "",
    batch: null,
    task: null,
    running: new Map(),
    waiting: 0,
    taskHosts: 0,
    counts: { ok: 0, changed: 0, skipped: 0, failed: 0, unreachable: 0 },
    failures: [],
    startedAt: 0,
  };
  return { view, take: (event) => takeEvent(view, event) };
}

function takeEvent(view: FleetView, event: Event): void {
  switch (event.type) {
    case "play:started":
      view.play = event.name;
      view.batch = null;
      break;
    case "batch:started":
      view.batch = { number: event.batch, of: event.of, hosts: event.hosts.length };
      break;
    case "task:started":
      view.task = event.task;
      view.running.clear();
      view.taskHosts = event.hosts.length;
      view.waiting = event.hosts.length;
      view.counts.ok =
        view.counts.changed =
        view.counts.skipped =
        view.counts.failed =
        view.counts.unreachable =
          0;
      view.startedAt = Date.parse(event.at);
      break;
    case "host:started":
      view.running.set(event.host, Date.parse(event.at));
      break;
    case "task:ended":
      view.running.delete(event.host);
      view.waiting -= 1;
      view.counts[event.outcome] += 1;
      if ((event.outcome === "failed" || event.outcome === "unreachable") && !event.ignored)
        view.failures.push({ host: event.host, task: event.task.name, message: failureText(event.result) });
      break;
    default:
  }
}

/** The sentence of a failed result. */
export function failureText(result: unknown): string {
  const said = result as { msg?: unknown; stderr?: unknown } | null;
  const text = [said?.msg, said?.stderr].filter((part) => typeof part === "string" && part !== "").join(": ");
  return text || "no message";
}

/** Those that run longest are worth a look; of the others their number. */
const mostRunning = 8;

/** The view as lines: a bar of the task's hosts, who is running longest, and the last failures; never more than `rows`. */
export function paintFleet(
  view: FleetView,
  size: { readonly columns: number; readonly rows: number; readonly now: number },
): string[] {
  const lines = [barLine(view, size)];
  const failures = view.failures.slice(-Math.max(1, Math.floor(size.rows / 3)));
  for (const failure of failures) lines.push(`✖ ${failure.host}: ${failure.task}: ${failure.message}`);
  const room = size.rows - lines.length - 1;
  const running = [...view.running].sort(([, a], [, b]) => a - b);
  const shown = Math.max(0, Math.min(room, mostRunning));
  for (const [host, since] of running.slice(0, shown)) lines.push(`… ${host} ${seconds(size.now - since)}`);
  if (running.length > shown && room >= 0) lines.push(`… and ${running.length - shown} more`);
  return lines
    .slice(0, Math.max(1, size.rows))
    .map((line) => cut(harmless(line).replaceAll("\n", " "), size.columns));
}

function barLine(view: FleetView, size: { readonly columns: number; readonly now: number }): string {
  const done = view.taskHosts - view.waiting;
  const width = Math.max(5, Math.min(24, size.columns - 60));
  const filled = view.taskHosts === 0 ? 0 : Math.round((done / view.taskHosts) * width);
  const counts = Object.entries(view.counts).filter(([, count]) => count > 0);
  const batch = view.batch && view.batch.of > 1 ? `batch ${view.batch.number}/${view.batch.of} ` : "";
  return `${batch}[${"█".repeat(filled)}${"·".repeat(width - filled)}] ${done}/${view.taskHosts} hosts${counts.map(([outcome, count]) => `  ${count} ${outcome}`).join("")}${timeLeft(view, size.now)}`;
}

/** Estimated from this task's own hosts; nothing before the first has ended. */
function timeLeft(view: FleetView, now: number): string {
  const done = view.taskHosts - view.waiting;
  const spent = now - view.startedAt;
  if (done === 0 || view.waiting === 0 || spent < 1000) return "";
  return `  ${(done / (spent / 1000)).toFixed(1)}/s  ${seconds((spent / done) * view.waiting)} left`;
}

function seconds(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  return s < 60 ? `${s}s` : `${Math.floor(s / 60)}m${String(s % 60).padStart(2, "0")}s`;
}
