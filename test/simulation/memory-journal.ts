/** A journal on a disk that is a text: what was not synced is lost with its writer, and its last line may be torn. */

import { createHash } from "node:crypto";
import { chained } from "../../src/journal/chain.ts";
import type { Event, EventName, Events, Journal } from "../../src/journal/journal.ts";
import { type ParsedJournal, parseJournal } from "../../src/journal/parse-journal.ts";
import type { Chance } from "./chance.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** The most that a sync takes, in ms. */
const slowestSyncMs = 3;

export class MemoryJournal {
  readonly run: string;
  readonly blobs: Map<string, Uint8Array>;
  /** As the engine wrote them, on disk or not. */
  readonly events: Event[];
  readonly #lines: string[] = [];
  readonly #before: string;
  readonly #readers = new Set<(event: Event) => void>();
  #synced: number;
  #sum: string;
  #n: number;

  /** @param disk what an earlier process of the run left */
  constructor(
    run: string,
    given: { readonly time: VirtualTime; readonly chance: Chance; readonly isAlive: () => boolean },
    disk: { readonly text: string; readonly blobs: Map<string, Uint8Array> } = { text: "", blobs: new Map() },
  ) {
    this.run = run;
    this.blobs = disk.blobs;
    const before = parseJournal(disk.text, run);
    const torn = before.damage.find(({ kind }) => kind === "torn");
    this.#before = torn ? disk.text.slice(0, disk.text.lastIndexOf("\n") + 1) : disk.text;
    this.events = [...before.events];
    this.#synced = 0;
    this.#sum = before.lastSum;
    this.#n = before.events.at(-1)?.n ?? 0;
    this.journal = this.#journal(given);
  }

  readonly journal: Journal;

  /** The change is written down for good. */
  isOnDisk(is: (event: Event) => boolean): boolean {
    const unsynced = this.#lines.length - this.#synced;
    return this.events.slice(0, this.events.length - unsynced).some(is);
  }

  /** What is on the disk after its writer died: all that was synced, some of the rest, half of a line perhaps. */
  torn(chance: Chance): string {
    const end = chance.between(this.#synced, this.#lines.length);
    const next = this.#lines[end] ?? "";
    const half = chance.oneIn(2) ? next.slice(0, chance.between(0, Math.max(0, next.length - 2))) : "";
    return this.#before + this.#lines.slice(0, end).join("") + half;
  }

  get text(): string {
    return this.#before + this.#lines.join("");
  }

  readBack(): ParsedJournal {
    return parseJournal(this.text, this.run);
  }

  #journal(given: {
    readonly time: VirtualTime;
    readonly chance: Chance;
    readonly isAlive: () => boolean;
  }): Journal {
    const { time, chance, isAlive } = given;
    const append = <Name extends EventName>(type: Name, body: Events[Name]): void => {
      this.#n += 1;
      const event = { n: this.#n, at: new Date(time.now).toISOString(), type, ...body } as unknown as Event;
      const { line, sum } = chained(JSON.stringify(event), this.#sum);
      this.#sum = sum;
      this.#lines.push(`${line}\n`);
      this.events.push(event);
      for (const reader of this.#readers) reader(event);
    };
    const synced = (): Promise<void> => {
      const upTo = this.#lines.length;
      return new Promise((resolve) => {
        time.at(chance.between(0, slowestSyncMs), () => {
          if (!isAlive()) return;
          this.#synced = Math.max(this.#synced, upTo);
          resolve();
        });
      });
    };
    return {
      run: this.run,
      folder: `/journals/${this.run}`,
      async write(type, body) {
        if (!isAlive()) return new Promise(() => {});
        append(type, body);
        await synced();
      },
      note(type, body) {
        if (!isAlive()) return;
        append(type, body);
        void synced();
      },
      keep: async (bytes) => {
        const sha256 = createHash("sha256").update(bytes).digest("hex");
        this.blobs.set(sha256, bytes);
        return sha256;
      },
      subscribe: (reader) => {
        this.#readers.add(reader);
        return () => this.#readers.delete(reader);
      },
      close: async () => {},
    };
  }
}
