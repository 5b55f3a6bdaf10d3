/** Turns what a shell printed, and when, into the pictures that a viewer sees one after the other. */

import { type Line, openScreen } from "./screen.ts";
import type { Ran } from "./session.ts";

/** What is seen for `ms`. */
export interface Frame {
  readonly lines: readonly Line[];
  readonly ms: number;
}

export interface Pace {
  readonly columns: number;
  readonly rows: number;
  /** No picture stands longer while a command works: the waits of a real run are dull. */
  readonly longestWaitMs: number;
  /** All pictures of commands at work together take no longer: a busy machine makes no longer film. */
  readonly workMs: number;
  /** How long the end of each command stays to be read, in the order of the commands; of those beyond, a second. */
  readonly readMs: readonly number[];
}

// Slower than a person types, faster than anybody wants to watch.
const typing = { letters: 4, ms: 110 };
// What changes faster is no picture of its own, and neither is a wheel that turns while all else stands.
const shortestMs = 150;
const wheel = /[\u2800-\u28ff]/g;

/** The film of a session. Commands are shown as typed at a prompt of `$`, which stands again at the end. */
export async function filmOf(ran: readonly Ran[], pace: Pace): Promise<readonly Frame[]> {
  const screen = openScreen(pace.columns, pace.rows);
  const frames: (Frame & { readonly isWork: boolean })[] = [];
  let before = "";
  const show = (ms: number, isWork = false): void => {
    const lines = screen.look();
    const atMost = isWork ? pace.longestWaitMs : Number.POSITIVE_INFINITY;
    const seen = JSON.stringify(lines).replaceAll(wheel, "");
    const last = frames.at(-1);
    if (last && last.isWork === isWork && seen === before)
      frames[frames.length - 1] = { lines, ms: Math.min(last.ms + ms, atMost), isWork };
    else frames.push({ lines, ms: Math.min(ms, atMost), isWork });
    before = seen;
  };
  try {
    for (const [nth, { command, chunks }] of ran.entries()) {
      await screen.write("\x1b[1m$\x1b[0m ");
      show(600);
      for (let at = 0; at < command.length; at += typing.letters) {
        await screen.write(command.slice(at, at + typing.letters));
        show(typing.ms);
      }
      await screen.write("\r\n");
      let shownAtMs = 0;
      for (const [i, { atMs, text }] of chunks.entries()) {
        if (atMs - shownAtMs >= shortestMs) {
          show(atMs - shownAtMs, true);
          shownAtMs = atMs;
        }
        await screen.write(text);
        if (i === chunks.length - 1) show(pace.readMs[nth] ?? 1000);
      }
    }
    await screen.write("\x1b[1m$\x1b[0m ");
    show(pace.readMs.at(-1) ?? 1000);
    const workMs = frames.reduce((sum, { ms, isWork }) => sum + (isWork ? ms : 0), 0);
    const share = Math.min(1, pace.workMs / workMs);
    return frames.map(({ lines, ms, isWork }) => ({ lines, ms: isWork ? ms * share : ms }));
  } finally {
    screen.close();
  }
}
