/** The lock of one folder on a modelled host, as src/engine/lock-script.ts has it. */

import { leftOverS, staleAfterS } from "../../src/engine/lock-script.ts";
import type { Understood } from "./statements.ts";

/** What a script said. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Lock {
  readonly token: string;
  /** run, who, since, command. */
  readonly owner: readonly string[];
  /** The shell that took it; null: of a run that the model does not have. */
  readonly pid: number | null;
}

/** Who asks, and what the host knows of itself. */
export interface Asking {
  readonly pid: number;
  now(): number;
  /** The shell is of this boot, and open or at work. */
  isLiving(pid: number): boolean;
}

export const nothing: Said = { code: 0, stdout: "", stderr: "" };
export const lost = "kmend: the lock on this host was lost";

export class ModelLocks {
  readonly locks = new Map<number, Lock>();
  readonly beats = new Map<string, number>();
  /** Those that have worked under a token. */
  readonly #shells = new Map<string, Set<number>>();

  /** The one that counts. */
  newest(): Lock | undefined {
    return this.locks.get(this.#number());
  }

  /** Somebody else breaks it. */
  breakFor(lock: Lock, nowMs: number): void {
    this.locks.set(this.#number() + 1, lock);
    this.beats.set(lock.token, Math.floor(nowMs / 1000));
  }

  note(token: string, pid: number): void {
    this.#shells.set(token, (this.#shells.get(token) ?? new Set()).add(pid));
  }

  isHeld({ number, token }: { readonly number: number; readonly token: string }): boolean {
    return this.locks.get(number)?.token === token && !this.locks.has(number + 1);
  }

  /** Waits for a script that an earlier process of the same run may have left at work. */
  *take(script: Understood & { form: "lock" }, asking: Asking): Generator<number, Said> {
    const { token, owner, own } = script;
    this.beats.set(token, seconds(asking));
    for (let tries = 1; ; tries += 1) {
      const holder = this.newest();
      const isMine = holder?.token === token;
      const age = holder ? seconds(asking) - (this.beats.get(holder.token) ?? 0) : 0;
      const isOwn = holder !== undefined && (isMine || own.includes(holder.owner[0] ?? ""));
      const isWorking = isOwn && this.#isAtWork(holder, asking);
      if (isWorking && tries <= leftOverS) {
        yield 1000;
        continue;
      }
      if (isMine && !isWorking) return { ...nothing, stdout: `held ${this.#number()}\n` };
      const state = isWorking ? "working" : isOwn ? "left" : age > staleAfterS ? "silent" : "";
      const about = holder ? `${[...holder.owner, String(age), state].join("\n")}\n` : "";
      if (holder && (state === "" || state === "working")) {
        if (!isMine) this.beats.delete(token);
        return { ...nothing, stdout: `busy\n${about}` };
      }
      const next = this.#number() + 1;
      this.locks.set(next, { token, owner, pid: asking.pid });
      return { ...nothing, stdout: `held ${next}\n${about}` };
    }
  }

  keep(script: Understood & { form: "beat" | "release" }, asking: Asking): Said {
    const { number, token } = script;
    const isGone = !this.locks.has(number) && !this.locks.has(number + 1);
    if (script.form === "release" && script.knowsGone && isGone) return nothing;
    const holder = this.locks.get(number);
    if (script.form === "release" && script.isCareful && holder && this.#isAtWork(holder, asking))
      return { code: 1, stdout: "", stderr: "a script of this run is still at work there\n" };
    if (!this.isHeld(script)) return { code: 1, stdout: "", stderr: `${lost}\n` };
    if (script.form === "beat") this.beats.set(token, seconds(asking) + script.aheadS);
    else for (const each of [...this.locks.keys()]) if (each <= number) this.locks.delete(each);
    return nothing;
  }

  #isAtWork({ token, pid }: Lock, asking: Asking): boolean {
    const shells = [...(pid === null ? [] : [pid]), ...(this.#shells.get(token) ?? [])];
    return shells.some((each) => each !== asking.pid && asking.isLiving(each));
  }

  #number(): number {
    return Math.max(0, ...this.locks.keys());
  }
}

function seconds(asking: Asking): number {
  return Math.floor(asking.now() / 1000);
}
