/**
 * One script on its way through a shell's stdin, and the marks by which its answer is found again.
 *
 * Each of stdout and stderr carries the script's own bytes, then the end mark with the exit code and a newline. A frame
 * with stdin first shows a begin mark on stdout: now it may come. Marks are random for each frame. `echo` prints them:
 * it is built in everywhere (mksh has no printf), and hex digits mean nothing to it.
 *
 * No mark more than that: each is a packet of its own, which wakes sshd, the controller and, for its acknowledgement,
 * both again.
 */

import { randomBytes } from "node:crypto";
import { quote } from "../../script/script.ts";

/** A script made ready for the wire. */
export interface Frame {
  readonly text: string;
  /** Only where stdin follows: on stdout, before the script runs. */
  readonly begin: string | null;
  readonly end: string;
}

/** A mark that no output can hold by accident: 96 random bits. */
export function freshMark(): string {
  return `kmend-${randomBytes(12).toString("hex")}`;
}

/**
 * Frames a script. It runs by `eval` in a subshell: one fork, and neither an `exit`, a syntax error nor a changed
 * directory reaches the shell that goes on. `stdinSize` bytes for the script may follow once the begin mark is back.
 */
export function makeFrame(
  script: string,
  env: Readonly<Record<string, string>>,
  stdinSize: number | null,
): Frame {
  if (script.includes("\0")) throw new Error("Cannot send a script that holds a NUL byte");
  const begin = stdinSize === null ? null : freshMark();
  const end = freshMark();
  const exports = Object.entries(env).map(([name, value]) => `export ${checkedName(name)}=${quote(value)};`);
  const body = `(${exports.join("")}eval ${alwaysQuoted(script)}\n)`;
  // The last `cat` eats what the script left of its stdin, or the shell would take it for the next frame.
  const lines = [
    begin === null
      ? `${body} </dev/null`
      : `echo ${begin}
head -c ${stdinSize} | { ${body}; set -- $?; cat >/dev/null; exit $1; }`,
    `set -- $?; echo ${end}$1 >&2; echo ${end}$1; set --`,
  ];
  return { text: `{ ${lines.join("\n")}\n}\n`, begin, end };
}

// `quote` leaves harmless words bare; a script is easier to find in a trace when it always has its quotes.
function alwaysQuoted(script: string): string {
  return `'${script.replaceAll("'", `'\\''`)}'`;
}

function checkedName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new Error(`Cannot export ${JSON.stringify(name)}: it is no name for a variable of the shell`);
}

/** Three digits and a newline: shells know no exit code above 255. */
const longestCode = 4;

/** Takes one stream of a frame apart, chunk by chunk. */
export interface FrameReader {
  /** The script's own bytes in this chunk; more may come later. */
  push(chunk: Buffer): Buffer;
  /** True once the begin mark, if there is one, was seen. */
  readonly hasBegun: boolean;
  /** The exit code, once the end mark is complete. */
  readonly code: number | null;
  /** What stands behind the end mark is no exit code: no shell wrote it. */
  readonly isBroken: boolean;
  /** Bytes that could have been the start of a mark when the stream ended. */
  rest(): Buffer;
}

/** A reader for one of the two streams of a frame. */
export function readFrame(frame: Pick<Frame, "begin" | "end">): FrameReader {
  const begin = Buffer.from(`${frame.begin ?? ""}\n`);
  const end = Buffer.from(frame.end);
  let pending: Buffer = Buffer.alloc(0);
  let hasBegun = frame.begin === null;
  let code: number | null = null;
  let isBroken = false;

  function takeUpTo(mark: Buffer): Buffer | null {
    const at = pending.indexOf(mark);
    if (at < 0) return null;
    const before = pending.subarray(0, at);
    pending = pending.subarray(at);
    return before;
  }
  function takeUnlessMark(mark: Buffer): Buffer {
    const keep = Math.min(pending.length, mark.length - 1);
    const bytes = pending.subarray(0, pending.length - keep);
    pending = pending.subarray(pending.length - keep);
    return bytes;
  }
  return {
    push(chunk) {
      const nothing = Buffer.alloc(0);
      if (code !== null || isBroken) return nothing;
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      if (!hasBegun) {
        if (takeUpTo(begin) === null) {
          takeUnlessMark(begin);
          return nothing;
        }
        pending = pending.subarray(begin.length);
        hasBegun = true;
      }
      const bytes = takeUpTo(end);
      if (bytes === null) return takeUnlessMark(end);
      const behind = pending.toString("latin1", end.length, end.length + longestCode);
      if (/^\d{1,3}\n/.test(behind) && Number.parseInt(behind, 10) <= 255) code = Number.parseInt(behind, 10);
      else isBroken = !/^\d{0,3}$/.test(behind);
      return bytes;
    },
    rest: () => (hasBegun && code === null ? pending : Buffer.alloc(0)),
    get isBroken() {
      return isBroken;
    },
    get hasBegun() {
      return hasBegun;
    },
    get code() {
      return code;
    },
  };
}
