/**
 * The locks that a run holds on hosts: one for each of a host's state folders, taken before the first change there and given back
 * when the run ends. What only reads takes none.
 */

import { hostname } from "node:os";
import type { Output, Shell } from "../connection/connection.ts";
import { TaskFailed, text } from "../modules/modules.ts";
import { KmendError } from "../problem/problem.ts";
import { raw, type Script, sh } from "../script/script.ts";
import { withHint } from "./apply-failed.ts";
import { checkStop } from "./interrupted.ts";
import {
  beat,
  type Found,
  type Holder,
  type LockOwner,
  readLockAnswer,
  releaseLock,
  takeLock,
  workUnderLock,
} from "./lock-script.ts";
import { loginName } from "./login-name.ts";
import { checkPlace, refused, whyRefused } from "./pre-flight.ts";
import type { Random, World } from "./world.ts";

/** Where a lock is wanted. */
export interface LockPlace {
  readonly host: string;
  /** Is not locked: what many runs delegate to it would keep them from each other. */
  readonly isController: boolean;
  readonly folder: string;
  /** Asked for anew each time: a host that rebooted has another. */
  shell(): Promise<Shell>;
  /** A shell of its own on the same connection, for the heartbeat while the other works. */
  beside(): Promise<Shell>;
}

export interface Locks {
  /** Takes the lock, or waits for it. @throws TaskFailed naming who has it and since when */
  hold(place: LockPlace): Promise<Held>;
  /** A script that works under the lock. Where nobody knows whether it has ended, it is waited for before the next change there. */
  working<T>(place: LockPlace, act: () => Promise<T>): Promise<T>;
  /** Gives all of them back; what could not be is said. */
  releaseAll(): Promise<void>;
}

/** A lock that was taken. */
export interface Held {
  /** Fails in a change's script where somebody has broken the lock meanwhile. */
  readonly check: Script;
  /** The host will not answer for so many seconds, and is not to be taken for lost. */
  beatAhead(seconds: number): Promise<void>;
}

/** Of what is not locked. */
const noLock: Held = { check: raw(":"), beatAhead: async () => {} };

interface Kept {
  readonly place: LockPlace;
  readonly number: number;
}

const beatMs = 15_000;
/** Most holders are soon done or long at it: asked often at first, then seldom. */
const [firstAskMs, mostAskMs] = [100, 2_000];

/** @param runs whose controllers are known to be dead: they may have left a lock that is ours to take over
 *  @param checksPlace whether a host is refused where a way back can't be kept */
export function openLocks(
  world: World,
  { runs, checksPlace }: { readonly runs: readonly string[]; readonly checksPlace: boolean },
): Locks {
  const owner: LockOwner = {
    token: newToken(world.random),
    run: world.journal.run,
    who: `${loginName()}@${hostname()}`,
    since: new Date(world.clock.now()).toISOString(),
    command: world.about.command,
  };
  const own = [world.journal.run, ...runs];
  const held = new Map<string, Promise<Kept>>();
  const checked = new Map<string, Promise<void>>();
  /** Where a script may still be at work whose link was lost, by key. */
  const doubtful = new Map<string, LockPlace>();
  const ending = new AbortController();
  let beating: Promise<void> | null = null;

  async function take(place: LockPlace): Promise<Kept> {
    const giveUpAt = world.clock.now() + (world.options.lockWaitMs ?? 0);
    for (
      let [isTold, askMs] = [false, firstAskMs];
      ;
      isTold = true, askMs = Math.min(askMs * 1.5, mostAskMs)
    ) {
      const shell = await place.shell();
      const output = await shell.run(takeLock(place.folder, owner, own, check(place)), {
        signal: world.stop.hard,
      });
      checkRefusal(place, output);
      if (output.code !== 0)
        throw new TaskFailed(
          withHint(`Cannot lock the host: ${text(output.stderr).trim() || `exit code ${output.code}`}`),
        );
      const answer = readLockAnswer(text(output.stdout).trimEnd());
      if (answer.kind === "held") {
        for (const each of answer.found) await tellFound(place, each);
        return keep(place, answer.number, answer.broken);
      }
      if (world.clock.now() >= giveUpAt) throw isLocked(answer.holder);
      checkStop({ world }, "Interrupted while waiting for the host's lock");
      if (!isTold) world.journal.note("lock:waiting", { host: place.host, holder: answer.holder });
      await world.clock.sleep(askMs, world.stop.soft);
    }
  }

  /** The same once more: it is ours, but for what may have happened since, and its own script is waited for. */
  async function takeAgain(place: LockPlace): Promise<Kept> {
    const shell = await place.shell();
    const output = await shell.run(takeLock(place.folder, owner, own), { signal: world.stop.hard });
    const answer = readLockAnswer(text(output.stdout).trimEnd());
    if (output.code !== 0 || answer.kind === "busy")
      throw answer.kind === "busy"
        ? notAgain(owner, answer.holder)
        : new TaskFailed(text(output.stderr).trim());
    return { place, number: answer.number };
  }

  async function settled(place: LockPlace): Promise<void> {
    const kept = await takeAgain(place);
    held.set(keyOf(place), Promise.resolve(kept));
    doubtful.delete(keyOf(place));
  }

  function check({ folder }: LockPlace): Script {
    return checksPlace ? checkPlace(folder) : raw(":");
  }

  /** Where nothing is locked the way back needs its place all the same. */
  async function checkUnlocked(place: LockPlace): Promise<void> {
    if (!checksPlace) return;
    const shell = await place.shell();
    checkRefusal(place, await shell.run(check(place), { signal: world.stop.hard }));
  }

  function keep(place: LockPlace, number: number, broken: Holder | null): Kept {
    if (broken && broken.state !== "left")
      world.journal.note("lock:broken", { host: place.host, holder: broken });
    world.journal.note("host:locked", { host: place.host, folder: place.folder });
    beating ??= keepBeating();
    return { place, number };
  }

  async function tellFound({ host, folder, shell }: LockPlace, { run, at, code }: Found): Promise<void> {
    const path = `${folder}/${run}`;
    const report = await (await shell()).run(sh`sed 1d ${`${path}/report`}`, { signal: world.stop.hard });
    world.journal.note("deadman:found", {
      host,
      folder: path,
      run,
      at: new Date(at * 1000).toISOString(),
      code,
      report: text(report.stdout),
    });
  }

  async function keepBeating(): Promise<void> {
    for (;;) {
      await world.clock.sleep(beatMs, ending.signal);
      if (ending.signal.aborted) return;
      await Promise.allSettled([...held.values()].map(async (each) => beatOnce(await each)));
    }
  }

  /** A beat that fails is not told: the next task on that host says more. */
  async function beatOnce({ place, number }: Kept): Promise<void> {
    const shell = await place.beside();
    await shell.run(beat(place.folder, { number, token: owner.token }), { timeoutMs: beatMs });
  }

  async function beatAhead({ place, number }: Kept, seconds: number): Promise<void> {
    const shell = await place.shell();
    await shell.run(beat(place.folder, { number, token: owner.token }, seconds), { timeoutMs: beatMs });
  }

  async function release({ place, number }: Kept): Promise<void> {
    const { host, folder } = place;
    try {
      const shell = await place.shell();
      const script = releaseLock(folder, number, owner.token, doubtful.has(keyOf(place)));
      const output = await shell.run(script, { timeoutMs: beatMs });
      if (output.code === 0) return world.journal.note("host:unlocked", { host, folder });
      say(host, text(output.stderr).trim());
    } catch (error) {
      if (!(error instanceof KmendError)) throw error;
      say(host, error.message);
    }
  }

  function say(host: string, why: string): void {
    world.journal.note("message:said", {
      level: "warning",
      text: `${host}: its lock could not be given back (${why}); it counts as broken a minute after its last heartbeat`,
    });
  }

  return {
    async hold(place) {
      const key = keyOf(place);
      if (place.isController) {
        const checking = checked.get(key) ?? checkUnlocked(place);
        checked.set(key, checking);
        await checking;
        return noLock;
      }
      // Whoever it works as: what another user's script still does there is in its way, too.
      for (const each of doubtful.values()) if (each.host === place.host) await settled(each);
      const taking = held.get(key) ?? take(place);
      held.set(key, taking);
      // A host that was busy may be free when the next task comes.
      taking.catch(() => held.delete(key));
      const kept = await taking;
      return {
        check: workUnderLock(place.folder, kept.number, owner.token),
        beatAhead: (seconds) => beatAhead(kept, seconds),
      };
    },
    async working(place, act) {
      try {
        return await act();
      } catch (error) {
        if (!place.isController && !(error instanceof TaskFailed)) doubtful.set(keyOf(place), place);
        throw error;
      }
    },
    async releaseAll() {
      ending.abort();
      // Cut off, nothing is waited for: the heartbeat has ended, and that tells the others.
      if (world.stop.hard.aborted) return;
      await beating;
      const all = await Promise.allSettled(held.values());
      held.clear();
      await Promise.all(all.map((each) => (each.status === "fulfilled" ? release(each.value) : null)));
    },
  };
}

function keyOf({ host, folder }: LockPlace): string {
  return `${host} ${folder}`;
}

function checkRefusal({ folder }: LockPlace, { code, stdout }: Output): void {
  if (code === refused) throw new TaskFailed(whyRefused(folder, text(stdout)));
}

function notAgain({ run }: LockOwner, holder: Holder): TaskFailed {
  if (holder.run !== run) return isLocked(holder);
  return new TaskFailed(
    `Cannot change the host: a script of this run whose link was lost still runs there\n  Once it has ended, go on with the run or take it back: kmend resume ${run}, kmend rollback ${run}.`,
  );
}

function isLocked({ run, who, since, command, beatAgoS, state }: Holder): TaskFailed {
  if (state === "armed")
    return new TaskFailed(
      `Cannot change the host: nobody has confirmed the run ${run} there, and it takes itself back at ${new Date(Number(since) * 1000).toISOString()}\n  Wait for it with --lock-wait 10m; or where it was started: kmend resume ${run}, kmend rollback ${run}; or keep it, on the host: sh dead-man.sh confirm, in the run's folder.`,
    );
  const what =
    state === "working"
      ? `Cannot change the host: a script that an earlier process of the run ${run} began still runs there`
      : `Cannot change the host: the ${command} ${run} of ${who} has it since ${since} (last heard of ${beatAgoS} s ago)`;
  return new TaskFailed(
    `${what}\n  Look at it on ${who}: kmend show ${run}. Wait for it with --lock-wait 10m. If it died there, go on with it or take it back: kmend resume ${run}, kmend rollback ${run}.`,
  );
}

/** 64 bits, so that no two processes ever have the same. */
function newToken(random: Random): string {
  const half = (): string =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0");
  return half() + half();
}
