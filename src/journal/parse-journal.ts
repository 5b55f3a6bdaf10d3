/** A journal's text as events, and everything that is wrong with it by line: nothing is passed over in silence. */

import { sumOf, unchained } from "./chain.ts";
import type { Event } from "./events.ts";

export interface Damage {
  /** From 1. */
  readonly line: number;
  /**
   * - `torn`: the last line has no end; its writer died in the middle of it
   * - `unreadable`: no event
   * - `altered`: its sum is not that of its text
   * - `missing`: events that should stand before it are not there
   * - `misplaced`: an event that stands further up already, or should
   */
  readonly kind: "torn" | "unreadable" | "altered" | "missing" | "misplaced";
  /** A sentence, without the place. */
  readonly says: string;
}

export interface ParsedJournal {
  readonly events: readonly Event[];
  readonly damage: readonly Damage[];
  /** What the next line's sum has to begin from. */
  readonly lastSum: string;
}

interface Line {
  readonly event: Event;
  readonly body: string;
  readonly sum: string | null;
}

/** @param run the id that the first line's sum begins from */
export function parseJournal(source: string, run: string): ParsedJournal {
  const lines = source.split("\n");
  const last = lines.pop() ?? "";
  const events: Event[] = [];
  const damage: Damage[] = [];
  // Format 1 had no sums.
  const hasSums = unchained(lines[0] ?? "") !== null || !/"format":1[,}]/.test(lines[0] ?? "");
  let [n, sum]: [number, string | null] = [0, run];
  lines.forEach((text, index) => {
    const line = readLine(text);
    const found = line ? wrong(line, { n, sum, hasSums }) : unreadable;
    if (found) damage.push({ line: index + 1, ...found });
    if (!line || found?.kind === "misplaced" || found?.kind === "altered") {
      // Whatever stood here, its neighbours cannot be held against it; a number that can be read still counts.
      if (line && found?.kind === "altered") [n, sum] = [Math.max(n, line.event.n), line.sum];
      else if (!line) [n, sum] = [n + 1, null];
      return;
    }
    events.push(line.event);
    [n, sum] = [line.event.n, line.sum];
  });
  if (last !== "")
    damage.push({
      line: lines.length + 1,
      kind: "torn",
      says: `the last line was torn in the middle: kmend or its machine died while it was written (${Buffer.byteLength(last)} bytes)`,
    });
  return { events, damage, lastSum: sum ?? run };
}

const unreadable = { kind: "unreadable", says: "no event can be read here" } as const;

function readLine(text: string): Line | null {
  const parts = unchained(text);
  const event = parseEvent(parts?.body ?? text);
  return event ? { event, body: parts?.body ?? text, sum: parts?.sum ?? null } : null;
}

function parseEvent(text: string): Event | null {
  try {
    const event: unknown = JSON.parse(text);
    const isEvent =
      typeof event === "object" && event !== null && "n" in event && "type" in event && "at" in event;
    return isEvent ? (event as Event) : null;
  } catch {
    return null;
  }
}

function wrong(
  { event, body, sum }: Line,
  before: { readonly n: number; readonly sum: string | null; readonly hasSums: boolean },
): Omit<Damage, "line"> | null {
  if (event.n <= before.n)
    return { kind: "misplaced", says: `event ${event.n} stands here, after event ${before.n}` };
  const isNext = event.n === before.n + 1;
  if (before.hasSums && sum === null) return { kind: "altered", says: `event ${event.n} has no sum` };
  const isSummable = before.hasSums && isNext && before.sum !== null;
  if (isSummable && sumOf(body, before.sum ?? "") !== sum)
    return { kind: "altered", says: `event ${event.n} is not as it was written: its sum is another` };
  if (!isNext) return { kind: "missing", says: gap(before.n + 1, event.n - 1) };
  return null;
}

function gap(from: number, to: number): string {
  return from === to
    ? `event ${from} is missing before this line`
    : `events ${from} to ${to} are missing before this line`;
}
