import { type HostState, isActive } from "./host-state.ts";
import type { Run } from "./run.ts";

/** Runs the handlers that these hosts were notified of, in the order of their definition. A handler that notifies a
 *  later one is heard in the same flush. With force_handlers a host that failed runs them too, and stays failed.
 *  @param where in the playbook, for a resume to find it again */
export async function flushHandlers(run: Run, hosts: readonly HostState[], where: string): Promise<void> {
  const { play } = run;
  const { kind, flush } = play;
  play.kind = "handler";
  play.flush = where;
  for (const handler of [...play.handlers.all]) {
    if (play.isOver && !play.forceHandlers) break;
    const notified = hosts.filter((host) => host.notified.has(handler) && takesPart(run, host));
    for (const host of notified) host.notified.delete(handler);
    if (notified.length > 0)
      await withFailuresAside(notified, () => run.strategy(run, [handler.node], handler.frame, notified));
  }
  play.kind = kind;
  play.flush = flush;
}

function takesPart(run: Run, host: HostState): boolean {
  return isActive(host) || (run.play.forceHandlers && !host.isUnreachable && !host.isEnded);
}

async function withFailuresAside(hosts: readonly HostState[], act: () => Promise<void>): Promise<void> {
  const before = hosts.map((host) => [host, host.failure] as const);
  for (const host of hosts) host.failure = null;
  await act();
  for (const [host, failure] of before) host.failure ??= failure;
}
