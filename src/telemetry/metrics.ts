/** A metric, as its help says it and docs/monitoring.md lists it. */
export interface Metric {
  readonly help: string;
  readonly labels: readonly string[];
  /** The base unit that its name ends with. */
  readonly unit?: "seconds";
  /** Which commands give it, where not all of them do. */
  readonly of?: "scan" | "plan" | "apply";
}

/**
 * Every metric that there is. All are gauges: a run begins at nothing, and its file is read long after it has ended, so a number that
 * only grows within a run says nothing as a counter.
 */
export const metrics = {
  kmend_run_info: {
    help: "Which run this is: its id, command, whether it only checks, and the version of kmend; always 1.",
    labels: ["run", "command", "check", "version"],
  },
  kmend_run_running: { help: "1 while the run is under way, 0 once it has ended by itself.", labels: [] },
  kmend_run_started_timestamp_seconds: {
    help: "When the run began, or went on.",
    labels: [],
    unit: "seconds",
  },
  kmend_run_last_event_timestamp_seconds: {
    help: "When the last event of the run was written down.",
    labels: [],
    unit: "seconds",
  },
  kmend_run_ended_timestamp_seconds: {
    help: "When the run ended; absent while it is under way.",
    labels: [],
    unit: "seconds",
  },
  kmend_run_duration_seconds: {
    help: "How long the run took; absent while it is under way.",
    labels: [],
    unit: "seconds",
  },
  kmend_run_exit_code: { help: "The exit code; absent while the run is under way.", labels: [] },
  kmend_run_end_reason: {
    help: "1 for why the run ended, 0 for the other reasons; absent while it is under way.",
    labels: ["reason"],
  },
  kmend_run_hosts: { help: "Hosts by how they stand.", labels: ["state"] },
  kmend_run_tasks: {
    help: "Tasks that ended, each on each host, by outcome; failed and unreachable are those that count.",
    labels: ["outcome"],
  },
  kmend_run_changes: {
    help: "Changes of hosts: written down before they were made, made, failed, taken back, not taken back.",
    labels: ["state"],
  },
  kmend_run_batches: { help: "Batches that began, and that ended.", labels: ["state"] },
  kmend_run_gates: { help: "Gates that were asked, by whether they held.", labels: ["result"] },
  kmend_run_armed_hosts: {
    help: "Hosts that take themselves back unless they are confirmed in time.",
    labels: [],
  },
  kmend_run_soak_until_timestamp_seconds: {
    help: "When the soak that is under way is over; absent where none is.",
    labels: [],
    unit: "seconds",
  },
  kmend_run_lock_waiting_hosts: {
    help: "Hosts that another run has, and that this one waits for.",
    labels: [],
  },
  kmend_run_limit_reached: { help: "1 where so many hosts have failed that nothing new begins.", labels: [] },
  kmend_run_predictions: {
    help: "What the plan says of tasks on hosts: they would change something, are right, and so on.",
    labels: ["says"],
    of: "plan",
  },
  kmend_run_predictions_held: {
    help: "Predictions of the plan that is carried out, by whether they held.",
    labels: ["result"],
    of: "apply",
  },
  kmend_scan_hosts: {
    help: "Hosts by what the scan found; unreached are those that could not be asked.",
    labels: ["verdict"],
    of: "scan",
  },
  kmend_scan_left_out_hosts: {
    help: "Hosts of which no metric of their own is given, as there are too many.",
    labels: [],
    of: "scan",
  },
  kmend_host_leaking: {
    help: "1 where a new pod leaks memory cgroups, 0 where none does; absent where nobody could judge.",
    labels: ["host"],
    of: "scan",
  },
  kmend_host_leaked_cgroups: {
    help: "Memory cgroups that have leaked and still hold their id; where not all could be counted, at least so many.",
    labels: ["host"],
    of: "scan",
  },
  kmend_host_ids_left: {
    help: "Ids of memory cgroups that the kernel has left, of 65535; at most so many where not all that leaked could be counted; absent where unknown.",
    labels: ["host"],
    of: "scan",
  },
  kmend_host_exhausted_timestamp_seconds: {
    help: "When the host runs out of ids and starts no pod any more; absent where that cannot be told.",
    labels: ["host"],
    unit: "seconds",
    of: "scan",
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof metrics;

/** The same, with the type that each has. */
export function metricOf(name: MetricName): Metric {
  return metrics[name];
}
