/** Time that passes only when nothing else can happen: a run of an hour takes milliseconds, and goes the same way each time. */

import type { Clock } from "../../src/engine/engine.ts";

interface Appointment {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
}

/** The run waits for something that never comes, or goes round and round. */
export class Stuck extends Error {}

/** More than any run of the simulator needs: what takes longer goes round and round. */
const mostSteps = 200_000;

export class VirtualTime {
  /** Milliseconds since 1970. */
  now = Date.UTC(2026, 0, 1);
  #appointments: Appointment[] = [];
  #order = 0;

  at(ms: number, act: () => void): void {
    this.#order += 1;
    const made = { at: this.now + ms, order: this.#order, act };
    let index = this.#appointments.length;
    while (index > 0 && isLater(this.#appointments[index - 1] as Appointment, made)) index -= 1;
    this.#appointments.splice(index, 0, made);
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
      const next = this.#appointments.shift();
      if (!next) throw new Stuck("nothing is left that could happen, and the run has not ended");
      if (step > mostSteps) throw new Stuck(`the run has not ended after ${mostSteps} steps`);
      this.now = next.at;
      next.act();
    }
  }

  /** What is under way on the hosts goes on for a moment, though nobody is there to hear of it. */
  runFor(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = this.#appointments[0];
      if (!next || next.at > end) return;
      this.#appointments.shift();
      this.now = next.at;
      next.act();
    }
  }

  /** What was to happen does not: whoever waited for it is gone. */
  forget(): void {
    this.#appointments = [];
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
