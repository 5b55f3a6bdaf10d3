/** One frame down a wire and its answer back. */

import type { Wire, WireEnd } from "../wire.ts";
import { type FrameReader, makeFrame, readFrame } from "./frame.ts";

/** What a script gets and where its stdout goes. */
export interface Exchange {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: {
    readonly size: number;
    readonly chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  };
  /** Takes stdout as it comes; what it returns is awaited before more is read. Absent: stdout is kept. */
  readonly sink?: (chunk: Uint8Array) => Promise<void> | void;
}

/** The answer, or how the wire ended in the middle of it. */
export interface Answer {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Null: the wire ended first, as `end` says. */
  readonly code: number | null;
  readonly end: WireEnd | null;
}

/** Below a packet's size the host may be waiting for us; above it, acknowledgements flow by themselves. */
const smallChunk = 1400;

/**
 * What a script may print on both streams together, in bytes. A host that never stops must not fill our memory; what people have
 * scripts print is smaller by far, and a file of any size is streamed.
 */
export const mostOutputBytes = 16 * 1024 * 1024;

/** The host's answer is none that a shell gives: whoever has the host puts it into words. */
export class BadAnswer extends Error {
  readonly kind: "too much" | "no exit code";
  constructor(kind: BadAnswer["kind"]) {
    super(kind);
    this.kind = kind;
  }
}

/** Sends a frame and reads until both streams showed their end mark, or the wire is gone. @throws BadAnswer */
export async function exchange(wire: Wire, what: Exchange): Promise<Answer> {
  const frame = makeFrame(what.script, what.env, what.stdin?.size ?? null);
  const begun = Promise.withResolvers<void>();
  const readers = [readFrame(frame), readFrame({ begin: null, end: frame.end })] as const;
  const kept: [Buffer[], Buffer[]] = [[], []];
  const done = Promise.withResolvers<void>();
  const sinks = [what.sink, undefined] as const;

  let isOver = false;
  let heldBytes = 0;

  const listen = (index: 0 | 1) => {
    const stream = index === 0 ? wire.stdout : wire.stderr;
    const take = (chunk: Buffer) => {
      const bytes = readers[index].push(chunk);
      if (readers[index].isBroken) return done.reject(new BadAnswer("no exit code"));
      // What comes before the begin mark is dropped, and counts all the same.
      heldBytes += sinks[index] && readers[index].hasBegun ? 0 : chunk.length;
      if (heldBytes > mostOutputBytes) return done.reject(new BadAnswer("too much"));
      if (readers[0].hasBegun) begun.resolve();
      if (bytes.length > 0) pass(bytes);
      if (readers.every((reader) => reader.code !== null)) done.resolve();
      // Not at once: the rest often came with it.
      else if (chunk.length < smallChunk) setImmediate(() => isOver || wire.acknowledge?.());
    };
    const pass = (bytes: Buffer) => {
      const sink = sinks[index];
      if (!sink) return void kept[index].push(bytes);
      const busy = sink(bytes);
      if (!busy) return;
      stream.pause();
      busy.then(() => stream.resume(), done.reject);
    };
    stream.on("data", take);
    return () => stream.removeListener("data", take);
  };
  const forget = [listen(0), listen(1)];
  try {
    wire.stdin.write(frame.text);
    const sent = what.stdin ? sendStdin(wire, what.stdin, begun.promise) : Promise.resolve();
    const answered = Promise.all([done.promise, sent]).then(() => null);
    const end = await Promise.race([answered, wire.ended]);
    return answer(readers, kept, end);
  } finally {
    isOver = true;
    for (const each of forget) each();
  }
}

function answer(
  readers: readonly [FrameReader, FrameReader],
  kept: readonly [Buffer[], Buffer[]],
  end: WireEnd | null,
) {
  const whole = (index: 0 | 1) => Buffer.concat([...kept[index], readers[index].rest()]);
  return {
    stdout: whole(0),
    stderr: whole(1),
    code: readers[0].code,
    end: readers[0].code === null ? end : null,
  };
}

// After the begin mark, never straight behind the frame: a shell on a pipe may read ahead of its command.
async function sendStdin(
  wire: Wire,
  stdin: NonNullable<Exchange["stdin"]>,
  begun: Promise<void>,
): Promise<void> {
  await begun;
  let sent = 0;
  for await (const chunk of stdin.chunks) {
    sent += chunk.length;
    if (sent > stdin.size)
      throw new Error(`Cannot send more than the ${stdin.size} bytes that were announced`);
    if (!wire.stdin.write(chunk)) await drained(wire);
  }
  if (sent < stdin.size) throw new Error(`Cannot send ${stdin.size} bytes: there were only ${sent}`);
}

/** Settles when the wire takes more, or never will. */
function drained({ stdin }: Wire): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      stdin.removeListener("drain", go).removeListener("close", go);
      resolve();
    };
    stdin.once("drain", go).once("close", go);
    if (stdin.destroyed) go();
  });
}
