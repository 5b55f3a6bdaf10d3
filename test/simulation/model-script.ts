/**
 * One script on its way: to the host, through it statement by statement, and its answer back.
 *
 * The host goes through it on its own time. Whoever sent it may long have lost the link, be dead, or have been followed by another:
 * what has begun there runs on, until it ends, is ended, or the host reboots.
 */

import type { Output, RunOptions } from "../../src/connection/connection.ts";
import { interrupted, timedOut, unreachable } from "../../src/connection/failures.ts";
import type { Fault, Network } from "./model-connector.ts";
import type { ModelHost, Said, Shell } from "./model-host.ts";
import type { Understood } from "./statements.ts";

/** A script, and the shell that is to do it. */
export interface Sent {
  readonly script: Understood;
  readonly fault: Fault | null;
  readonly options: RunOptions;
  readonly shell: ShellProcess;
  /** The link is. */
  isLost(): boolean;
}

/** A shell as the host has it. */
export interface ShellProcess {
  readonly pid: number;
  /** It does a script. */
  isBusy: boolean;
  /** It was ended: the next script opens another. */
  isEnded: boolean;
}

/** A dead link is noticed after so long. */
const keepaliveMs = 6000;
export const slowestMs = 40;
/** What a statement takes, as a rule and on a slow host, in ms at most: some scripts take longer than anybody waits for them. */
const [statementMs, slowStatementMs] = [3, 4000];

export function runScript(network: Network, host: ModelHost, sent: Sent): Promise<Output> {
  const { time, chance } = network;
  const { fault, shell, isLost } = sent;
  const { signal, timeoutMs = 0 } = sent.options;
  if (signal?.aborted) return Promise.reject(interrupted(host.name));
  return new Promise((resolve, reject) => {
    const { boot } = host;
    const slowest = fault === "late" || fault === "slow" ? slowStatementMs : statementMs;
    const isWithoutReader = fault === "link" || fault === "late";
    // Whoever prints where nobody reads is ended for it.
    let isCutShort = fault === "hangs" || fault === "dies-in" || (isWithoutReader && chance.oneIn(4));
    let isAnswered = false;

    const answer = (how: () => void): void => {
      if (isAnswered) return;
      isAnswered = true;
      noLimit();
      signal?.removeEventListener("abort", onAbort);
      if (network.isAlive()) how();
    };
    const after = (ms: number, how: () => void): void => {
      time.at(ms, () => answer(how));
    };
    const unheard = (): void =>
      after(chance.between(1, keepaliveMs), () =>
        reject(unreachable(`${host.name}: Cannot go on: the host does not answer any more`)),
      );
    const die = (): void => {
      host.epoch += 1;
      host.boot += 1;
      host.downUntil = time.now + chance.between(1, 120) * 1000;
    };
    /** From a second shell, as the first is busy: where the link is lost nothing comes of it. */
    const endThere = (how: () => void): (() => void) =>
      time.at(chance.between(1, slowestMs), () => {
        if (isAnswered) return;
        if (!isLost() && network.isAlive()) endShell(shell);
        answer(how);
      });
    const onAbort = (): void => void endThere(() => reject(interrupted(host.name)));
    signal?.addEventListener("abort", onAbort);
    const noLimit =
      timeoutMs > 0
        ? time.at(timeoutMs, () => void endThere(() => reject(timedOut(host.name, timeoutMs))))
        : () => {};

    const steps = performed(network, host, sent);
    const isOver = (): boolean => shell.isEnded || host.boot !== boot;
    const step = (): void => {
      if (isOver()) {
        shell.isBusy = false;
        if (isLost()) unheard();
        return;
      }
      if (isCutShort && chance.oneIn(4)) cut();
      else {
        const next = steps.next();
        if (next.done) end(next.value);
        else time.atHost(next.value + chance.between(0, slowest), step);
      }
    };
    const cut = (): void => {
      if (fault === "dies-in") die();
      if (fault === "hangs" && timeoutMs > 0) {
        // Not for ever, should nobody end it.
        time.atHost(chance.between(timeoutMs, 60_000), () => endShell(shell));
        return;
      }
      endShell(shell);
      if (fault === "hangs") host.epoch += 1;
      unheard();
    };
    const end = (said: Said): void => {
      isCutShort = false;
      shell.isBusy = false;
      if (fault === "dies-in" || fault === "dies-after") die();
      if (fault === "hangs") host.epoch += 1;
      if (isLost()) unheard();
      else after(0, () => resolve(output(said)));
    };

    time.atHost(chance.between(1, slowestMs), () => {
      if (!network.isAlive() && chance.oneIn(2)) return;
      const hasArrived = !isLost() && fault !== "dies-before";
      if (fault === "dies-before") die();
      if (hasArrived && isWithoutReader) host.epoch += 1;
      if (isLost()) unheard();
      if (!hasArrived) return;
      shell.isBusy = true;
      step();
    });
  });
}

function endShell(shell: ShellProcess): void {
  shell.isEnded = true;
  shell.isBusy = false;
}

/** What the host makes of it. */
function* performed(
  network: Network,
  host: ModelHost,
  { script, fault, shell: { pid } }: Sent,
): Generator<number, Said> {
  const { time } = network;
  const shell: Shell = {
    pid,
    now: () => time.now,
    isLiving: (other) => host.isLiving(other),
    onTouch: (touch) => network.onTouch(host.name, touch),
  };
  if (fault === "doubled") {
    const once = yield* host.perform(script, shell);
    const twice = yield* host.perform(script, shell);
    network.onDoubled(host.name, script, once, twice);
    return twice;
  }
  if (fault === "torn") return { code: 1, stdout: "", stderr: "its SHA-256 is another" };
  if (script.form !== "change" && script.form !== "revert") return yield* host.perform(script, shell);
  const refused = script.form === "revert" ? "kmend: the revert said no" : "";
  if (fault === "full") {
    const why = script.form === "change" ? "kmend: cannot prepare the change" : refused;
    return { code: 1, stdout: "", stderr: `No space left on device\n${why}\n` };
  }
  if (fault === "stolen") {
    const owner = ["20260101-000000-111", "thief@else", "then", "run"];
    for (const { kind, ...check } of script.before)
      if (kind === "check" && "folder" in check)
        host.locksIn(check.folder).breakFor({ token: "thief", owner, pid: null }, time.now);
  }
  if (fault === "says-ok") return yield* host.perform({ ...script, act: [] }, shell);
  if (fault === "says-no") {
    yield* host.perform(script, shell);
    return { code: 1, stdout: "", stderr: `it says no\n${refused}\n` };
  }
  return yield* host.perform(script, shell);
}

function output({ code, stdout, stderr }: Said): Output {
  const encoder = new TextEncoder();
  return { code, stdout: encoder.encode(stdout), stderr: encoder.encode(stderr), durationMs: 1 };
}
