/**
 * The one order that frees held ids on 514: drop_caches of 3, a wait, then 1 to every root cache's shrink.
 *
 * `idle`: nothing was dropped. `dropped`: from the drop on; a shrink before the wait is over goes back to idle, as
 * another order was measured to free nothing. The last cache shrunk ends it, back to idle.
 */
export class ReclaimOrder {
  readonly #rootCaches: readonly string[];
  readonly #shrunk = new Set<string>();
  #droppedAtMs: number | null = null;

  constructor(rootCaches: readonly string[]) {
    this.#rootCaches = rootCaches;
  }

  dropped(value: number, nowMs: number): void {
    this.#droppedAtMs = value === 3 ? nowMs : null;
    this.#shrunk.clear();
  }

  /** Whether this cache was the last one wanted. */
  shrunk(rootCache: string, nowMs: number): boolean {
    if (this.#droppedAtMs === null) return false;
    if (nowMs - this.#droppedAtMs < waitMs) {
      this.#droppedAtMs = null;
      return false;
    }
    this.#shrunk.add(rootCache);
    const isDone = this.#rootCaches.every((cache) => this.#shrunk.has(cache));
    if (isDone) this.#droppedAtMs = null;
    return isDone;
  }
}

/** A worker that runs every two seconds must have come by: 6 s was measured to be enough, at once was not. */
const waitMs = 6_000;
