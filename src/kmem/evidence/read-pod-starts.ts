/** Kubelet's metrics as a count of the pods that it started. */

import { type Fact, isKnown, known, unknown } from "../fact.ts";

/** What kubelet counted since it began. A restart begins anew, and starts no pod that runs already. */
export interface PodStarts {
  /** Sandboxes that came up: those that were tried less those that failed. */
  readonly pods: number;
  /** Since kubelet began. */
  readonly seconds: number;
}

/** A counter and that of its failures, by kubelet's version: since 1.14, and before. Kubelets of today also have
 *  kubelet_started_pods_total, which an operation's counter makes needless. Source: kubelet's metrics as served. */
const counters = [
  ["kubelet_runtime_operations_total", "kubelet_runtime_operations_errors_total"],
  ["kubelet_runtime_operations", "kubelet_runtime_operations_errors"],
] as const;
const operation = '{operation_type="run_podsandbox"}';

export function readPodStarts(fact: Fact<string>): Fact<PodStarts> {
  if (!isKnown(fact)) return fact;
  const values = new Map(
    fact.value.split("\n").map((line) => {
      const [name = "", value = ""] = line.split(/\s+/);
      return [name, Number(value)] as const;
    }),
  );
  const [now, began] = [values.get("now"), values.get("process_start_time_seconds")];
  // `now` is a whole second, and may lie before a beginning in the same one.
  const seconds = Math.ceil((now ?? Number.NaN) - (began ?? Number.NaN));
  if (!(seconds >= 0)) return unknown("its metrics do not say when kubelet began", fact.source);
  const [tried, failed] = counters.find(([name]) => values.has(name + operation)) ?? counters[0];
  // A counter that nothing was counted by is not served.
  const pods = (values.get(tried + operation) ?? 0) - (values.get(failed + operation) ?? 0);
  return Number.isFinite(pods) && pods >= 0
    ? known({ pods, seconds: Math.abs(seconds) }, fact.source)
    : unknown("its metrics hold no count of pods", fact.source);
}
