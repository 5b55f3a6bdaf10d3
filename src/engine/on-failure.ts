/** `on_failure:` of a play: what is taken back when a host of a batch fails. */

import type { Play } from "../playbook/playbook.ts";
import { str } from "../template/template.ts";
import type { HostState } from "./host-state.ts";
import { takeBack } from "./rollback.ts";
import type { Run } from "./run.ts";
import type { OnFailure } from "./world.ts";

export function failurePolicy(run: Run, play: Play): OnFailure {
  const given = run.world.options.onFailure ?? (play.onFailure ? str(play.onFailure.value) : "stop");
  return given === "rollback_host" || given === "rollback_batch" || given === "rollback_run" ? given : "stop";
}

/** @returns whether anything was to be taken back */
export async function takeBackAfterFailure(
  run: Run,
  policy: OnFailure,
  { lost, batch }: { readonly lost: readonly HostState[]; readonly batch: readonly HostState[] },
): Promise<boolean> {
  if (policy === "stop" || run.world.options.check) return false;
  const names = (hosts: readonly HostState[]): Set<string> => new Set(hosts.map((host) => host.name));
  const scope = { rollback_host: "host", rollback_batch: "batch", rollback_run: "run" } as const;
  const meant = { rollback_host: names(lost), rollback_batch: names(batch), rollback_run: null }[policy];
  const changes = run.recorded.filter((change) => meant === null || meant.has(change.for));
  const reason = lost
    .map(({ name, failure }) =>
      failure ? `${name}: ${failure.taskName} failed` : `${name} could not be reached`,
    )
    .join("; ");
  const hosts = meant ? [...meant] : [...run.hosts.keys()];
  for (const host of hosts) run.takenBack.add(host);
  const aim = {
    of: run.world.journal.run,
    all: [...run.recorded],
    endedS: null,
    force: false,
    handlers: true,
    before: [],
    others: run.recorded.filter((change) => !changes.includes(change)),
    owed: [],
  };
  if (!run.past.hasTakenBack(scope[policy], hosts))
    await takeBack(run, changes, { scope: scope[policy], reason, hosts, aim });
  return true;
}
