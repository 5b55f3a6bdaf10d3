import type { EndReason } from "../journal/journal.ts";
import { type Family, family } from "./family.ts";
import { type RunState, standings } from "./run-state.ts";

const reasons: readonly EndReason[] = [
  "done",
  "failed",
  "unreachable",
  "limit",
  "window",
  "interrupted",
  "error",
  "fault",
];

/** How a run stands, as metrics. @param exitCode what the command ends with, where that is not the run's own */
export function runFamilies(state: RunState, exitCode?: number): readonly Family[] {
  const { begun, ended, held } = state;
  if (!begun) return [];
  const { run, command, check, kmend: version } = begun;
  const of = (...wanted: readonly string[]): boolean => wanted.includes(command);
  return [
    ...family("kmend_run_info", [{ labels: { run, command, check: String(check), version }, value: 1 }]),
    ...family("kmend_run_running", ended ? 0 : 1),
    ...family("kmend_run_started_timestamp_seconds", begun.at / 1000),
    ...family("kmend_run_last_event_timestamp_seconds", state.lastAt / 1000),
    ...family("kmend_run_ended_timestamp_seconds", ended && ended.at / 1000),
    ...family("kmend_run_duration_seconds", ended?.seconds ?? null),
    ...family("kmend_run_exit_code", ended && (exitCode ?? ended.exitCode)),
    ...family("kmend_run_end_reason", ended && reasonsOf(ended.reason)),
    ...family("kmend_run_hosts", standings(state)),
    ...family("kmend_run_tasks", state.tasks),
    ...family("kmend_run_changes", state.changes),
    ...family("kmend_run_batches", state.batches),
    ...family("kmend_run_gates", state.gates),
    ...family("kmend_run_armed_hosts", state.armed.size),
    ...family("kmend_run_soak_until_timestamp_seconds", state.soakUntil && state.soakUntil / 1000),
    ...family("kmend_run_lock_waiting_hosts", state.lockWaits.size),
    ...family("kmend_run_limit_reached", state.isLimitReached ? 1 : 0),
    ...family("kmend_run_predictions", of("plan") ? state.predictions : null),
    ...family("kmend_run_predictions_held", held),
  ];
}

function reasonsOf(reason: EndReason | null): Readonly<Record<string, number>> {
  return Object.fromEntries(reasons.map((each) => [each, each === reason ? 1 : 0]));
}
