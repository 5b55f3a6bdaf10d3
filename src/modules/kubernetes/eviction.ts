/** Which pods a drain takes from a node, and why it does not begin: kubectl's rules, told before anything is touched. */

import { TaskFailed } from "../module.ts";
import { type Pod, podName } from "./objects.ts";

export interface EvictionOptions {
  readonly force: boolean;
  readonly ignore_daemonsets: boolean;
  readonly delete_emptydir_data: boolean;
}

export interface Eviction {
  readonly leave: readonly Pod[];
  readonly stay: readonly Pod[];
}

/** @throws TaskFailed naming every pod that stands against it, and the option that takes it all the same
 *  Source: `kubectl drain --help`, and 1.20 tried */
export function evictionOf(pods: readonly Pod[], options: EvictionOptions): Eviction {
  const stay = pods.filter((pod) => pod.isStatic || isOfDaemonSet(pod));
  const leave = pods.filter((pod) => !stay.includes(pod));
  const running = leave.filter((pod) => !pod.isFinished);
  const against = [
    complaint(
      options.ignore_daemonsets ? [] : stay.filter((pod) => isOfDaemonSet(pod) && !pod.isFinished),
      "a DaemonSet would bring them back at once",
      "ignore_daemonsets: true leaves them where they are",
    ),
    complaint(
      options.force ? [] : running.filter((pod) => pod.owner === null),
      "nobody would bring them back",
      "force: true deletes them for good",
    ),
    complaint(
      options.delete_emptydir_data ? [] : running.filter((pod) => pod.localData.length > 0),
      "their data lies on this node (emptyDir)",
      "delete_emptydir_data: true deletes it",
    ),
  ].filter((each) => each !== null);
  if (against.length > 0) throw new TaskFailed(`Cannot drain the node:\n${against.join("\n")}`);
  return { leave, stay };
}

export function isOfDaemonSet({ owner }: Pod): boolean {
  return owner?.kind === "DaemonSet";
}

function complaint(pods: readonly Pod[], why: string, option: string): string | null {
  if (pods.length === 0) return null;
  return `  ${pods.map(podName).join(", ")}: ${why}. In delete_options, ${option}`;
}
