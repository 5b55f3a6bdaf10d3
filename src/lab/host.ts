/**
 * One host: a system of its own over the shared image, run by systemd-nspawn, kept up until it is told to stop.
 *
 * `down`: nothing runs; `boot` leaves it. `booting`: its systemd starts, its sshd has not answered yet. `up`: it has;
 * a reboot, from inside or by us, goes back to booting by itself. `failed`: it ended unasked or never answered;
 * `boot` tries again.
 */

import { endHosts } from "./end-hosts.ts";
import type { Equipment } from "./equipment.ts";
import { execInHost } from "./exec.ts";
import type { LabNode } from "./fleet.ts";
import { prepareSystem } from "./host-system.ts";
import type { MemcgNode } from "./memcg/memcg.ts";
import { unmountBelow } from "./mounts.ts";
import { type Ending, rebootAsked, startNspawn } from "./nspawn.ts";
import { type LabPlace, nodePlace } from "./place.ts";
import { sshdAnswers, untilSshdAnswers } from "./reachable.ts";
import { within } from "./within.ts";

export type HostState = "down" | "booting" | "up" | "failed";

export interface Host {
  readonly node: LabNode;
  readonly state: () => HostState;
  /** Why it failed; empty otherwise. */
  readonly trouble: () => string;
  /** Boots it where it does not run, and returns once its sshd answers. */
  readonly boot: () => Promise<void>;
  /** Restarts its systemd over the same files, and returns once its sshd answers again. */
  readonly reboot: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** A host whose sshd does not answer within this has failed; on a loaded machine it takes seconds. */
const bootWithinMs = 120_000;
/** A host that does not go down for a reboot within this is ended. */
const goDownWithinMs = 15_000;

/** Makes the host of this node; it does not run yet. */
export function createHost(lab: LabPlace, base: string, node: LabNode, equipment: Equipment): Host {
  const place = nodePlace(lab, node.name);
  let state: HostState = "down";
  let trouble = "";
  let isStopping = false;
  let opened = Promise.withResolvers<void>();
  let ended: Promise<Ending> | null = null;
  let kept: Promise<void> | null = null;
  let kernel: MemcgNode | null = null;

  function enter(next: HostState, why = ""): void {
    if (next === "booting") opened = Promise.withResolvers<void>();
    else opened.resolve();
    state = next;
    trouble = why;
  }

  async function keepUp(): Promise<void> {
    try {
      for (;;) {
        kernel ??= await equipment.serveKernel(node, place);
        await prepareSystem(lab, base, node, equipment);
        if (isStopping) return enter("down");
        const ending = await runOnce();
        if (isStopping) return enter("down");
        if (ending.code !== rebootAsked) return enter("failed", `systemd-nspawn ended: ${ending.why}`);
      }
    } catch (error) {
      enter("failed", (error as Error).message);
    }
  }

  async function runOnce(): Promise<Ending> {
    const gone = new AbortController();
    const late = AbortSignal.timeout(bootWithinMs);
    ended = startNspawn(lab, node).then((ending) => {
      gone.abort();
      if (state === "up" && !isStopping && ending.code === rebootAsked) enter("booting");
      return ending;
    });
    void untilSshdAnswers(node, AbortSignal.any([gone.signal, late])).then((answers) => {
      if (gone.signal.aborted) return;
      if (answers) enter("up");
      else enter("failed", `its sshd did not answer within ${bootWithinMs / 1000} s`);
    });
    return ended;
  }

  async function boot(): Promise<void> {
    isStopping = false;
    if (state === "failed" && kept !== null) await judgeAgain();
    if (kept === null) {
      enter("booting");
      kept = keepUp().finally(() => {
        kept = null;
      });
    }
    await opened.promise;
    if (state === "failed")
      throw new Error(`Cannot boot ${node.name}: ${trouble}; its console is in ${place.console}`);
  }

  /** It runs, but did not answer in time: by now it does, or it is ended. */
  async function judgeAgain(): Promise<void> {
    if (await sshdAnswers(node)) return enter("up");
    await endHosts(place.folder, { gently: false });
    await kept;
  }

  async function reboot(): Promise<void> {
    const { code } = await execInHost(place.root, "systemctl reboot");
    if (code !== 0 || !ended || !(await within(goDownWithinMs, ended))) {
      await endHosts(place.folder);
      await kept;
    }
    await boot();
  }

  async function stop(): Promise<void> {
    isStopping = true;
    await endHosts(place.folder);
    await kept;
    await unmountBelow(place.folder);
    await kernel?.close();
    kernel = null;
  }

  return { node, state: () => state, trouble: () => trouble, boot, reboot, stop };
}
