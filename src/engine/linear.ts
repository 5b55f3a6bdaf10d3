/**
 * The linear strategy: a list of nodes, one after the other, each on every host that still takes part.
 *
 * A host leaves the list when it fails, cannot be reached or ends; the block around decides what becomes of it. The
 * recursion is the host's state: whoever is inside `rescue` is in the call that runs it, so no host can be in two places.
 */

import type { Block } from "../playbook/playbook.ts";
import { type Frame, inside } from "./frame.ts";
import { type Failure, type HostState, isActive, type Net } from "./host-state.ts";
import { runInclude } from "./includes.ts";
import { checkStop } from "./interrupted.ts";
import type { Run, Strategy } from "./run.ts";
import { runTaskOnHosts } from "./task-on-hosts.ts";

export const linear: Strategy = async (run, nodes, frame, hosts) => {
  for (const node of nodes) {
    const active = takingPart(run, hosts);
    if (run.play.isOver || active.length === 0) return;
    checkStop(run);
    if (node.kind === "task") await runTaskOnHosts(run, node, inside(frame, node), active);
    else if (node.kind === "block")
      await runBlock(run, node, inside(frame, node), active.filter(mayEnter(node)));
    else await runInclude(run, node, inside(frame, node), active);
  }
};

/** Hosts that a resumed run leaves alone take part as far as they had come. */
export function takingPart(run: Run, hosts: readonly HostState[]): HostState[] {
  for (const host of hosts) if (run.past.isOver(host.name)) host.isEnded = true;
  return hosts.filter(isActive);
}

/** A role that is listed twice runs once a host: the second listing is for those whom a condition kept from the first. */
function mayEnter(block: Block): (host: HostState) => boolean {
  const { once } = block;
  return (host) => once === undefined || (host.ranOnce.get(once) ?? block) === block;
}

/**
 *   block    until a task fails: then the host waits for the others to end theirs
 *   rescue   the hosts that failed; a host that gets through is as if nothing had happened
 *   always   everyone who can be reached; a failure from before stands again afterwards
 */
async function runBlock(run: Run, block: Block, frame: Frame, hosts: readonly HostState[]): Promise<void> {
  const cleans = block.always.length > 0;
  const rescues = block.rescue.length > 0;
  await under({ rescues, cleans }, hosts, () => linear(run, block.block, frame, hosts));
  const failed = hosts.filter((host) => host.failure !== null && !host.isUnreachable);
  if (rescues && failed.length > 0) {
    for (const host of failed) beginRescue(host);
    await under({ rescues: false, cleans }, failed, () => linear(run, block.rescue, frame, failed));
  }
  if (cleans) await runAlways(run, block, frame, hosts);
}

/** While it runs, the hosts have this net below them. */
async function under(net: Net, hosts: readonly HostState[], act: () => Promise<void>): Promise<void> {
  for (const host of hosts) host.nets.push(net);
  await act();
  for (const host of hosts) host.nets.pop();
}

function beginRescue(host: HostState): void {
  if (!host.failure) return;
  host.registered.set("ansible_failed_task", host.failure.task);
  host.registered.set("ansible_failed_result", host.failure.result);
  host.failure = null;
}

async function runAlways(run: Run, block: Block, frame: Frame, hosts: readonly HostState[]): Promise<void> {
  const before = new Map<HostState, Failure | null>();
  for (const host of hosts) {
    before.set(host, host.failure);
    host.failure = null;
  }
  await linear(run, block.always, frame, hosts);
  for (const [host, failure] of before) host.failure ??= failure;
}
