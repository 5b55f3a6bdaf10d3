/** Time that passes only when nothing else can happen: a run of an hour takes milliseconds, and goes the same way each time. */

import type { Clock } from "../../src/engine/engine.ts";

interface Appointment {
  readonly at: number;
  readonly act: () => void;
  /** A host's own: it is kept, whoever dies, and nobody of kmend hears of it. */
  readonly isHosts: boolean;
}

/** The run waits for something that never comes, or goes round and round. */
export class Stuck extends Error {}

/** More than any run of the simulator needs: what takes longer goes round and round. */
const mostSteps = 200_000;

export class VirtualTime {
  /** Milliseconds since 1970. */
  now = Date.UTC(2026, 0, 1);
  #appointments: Appointment[] = [];

  /** @returns calls it off */
  at(ms: number, act: () => void): () => void {
    return this.#note({ at: this.now + ms, act, isHosts: false });
  }

  /** The same for what a host does by itself: it may settle no promise. */
  atHost(ms: number, act: () => void): void {
    this.#note({ at: this.now + ms, act, isHosts: true });
  }

  #note(made: Appointment): () => void {
    let index = this.#appointments.length;
    while (index > 0 && isLater(this.#appointments[index - 1] as Appointment, made)) index -= 1;
    this.#appointments.splice(index, 0, made);
    return () => {
      const found = this.#appointments.indexOf(made);
      if (found >= 0) this.#appointments.splice(found, 1);
    };
  }

  /** Lets time pass until the promise is settled, or `isOver` says so. @throws Stuck */
  async pass<T>(promise: Promise<T>, isOver: () => boolean): Promise<T | null> {
    let settled: { readonly value: T } | { readonly error: unknown } | null = null;
    promise.then(
      (value) => {
        settled = { value };
      },
      (error: unknown) => {
        settled = { error };
      },
    );
    for (let step = 0; ; step += 1) {
      // Every promise that can go on has gone on.
      await new Promise((resolve) => setImmediate(resolve));
      const end = settled as { readonly value: T } | { readonly error: unknown } | null;
      if (end) {
        if ("error" in end) throw end.error;
        return end.value;
      }
      if (isOver()) return null;
      if (step > mostSteps) throw new Stuck(`the run has not ended after ${mostSteps} steps`);
      while (this.#next()?.isHosts);
    }
  }

  /** @throws Stuck */
  #next(): Appointment {
    const next = this.#appointments.shift();
    if (!next) throw new Stuck("nothing is left that could happen, and the run has not ended");
    this.now = next.at;
    next.act();
    return next;
  }

  /** What is under way on the hosts goes on, though nobody is there to hear of it. */
  runFor(ms: number): void {
    const end = this.now + ms;
    while ((this.#appointments[0]?.at ?? Number.POSITIVE_INFINITY) <= end) this.#next();
    this.now = end;
  }

  /** Whoever waited is gone: what was to happen does not, but for what is under way on the hosts. */
  forget(): void {
    this.#appointments = this.#appointments.filter(({ isHosts }) => isHosts);
  }

  /** @param isAlive false: whoever sleeps never wakes */
  clock(isAlive: () => boolean): Clock {
    return {
      now: () => this.now,
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          const wake = (): void => {
            signal.removeEventListener("abort", wake);
            if (isAlive()) resolve();
          };
          if (signal.aborted) return resolve();
          signal.addEventListener("abort", wake);
          this.at(ms, wake);
        }),
    };
  }
}

function isLater(one: Appointment, other: Appointment): boolean {
  return one.at > other.at;
}
