/**
 * Loaded before kmend (`node --import`): kills the process with SIGKILL right after the journal's line number CRASH_AT, counted
 * in this process, or, with CRASH_HOW=torn, when half of that line is written. What was to be written after it is lost, as
 * in a real crash.
 */

import { readlinkSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

const crashAt = Number(process.env["CRASH_AT"]);
const isTorn = process.env["CRASH_HOW"] === "torn";
const newline = 10;

const some = await open("/dev/null");
const handles = Object.getPrototypeOf(some) as { write(bytes: Buffer): ReturnType<FileHandle["write"]> };
await some.close();

const write = handles.write;
let lines = 0;

handles.write = async function (this: FileHandle, bytes: Buffer) {
  if (!readlinkSync(`/proc/self/fd/${this.fd}`).endsWith("/journal.jsonl")) return write.call(this, bytes);
  const end = endOfLine(bytes, crashAt - lines);
  if (end !== null) {
    await write.call(this, bytes.subarray(0, end));
    process.kill(process.pid, "SIGKILL");
  }
  lines += bytes.filter((byte) => byte === newline).length;
  return write.call(this, bytes);
};

/** Where to stop: behind the n-th line of these bytes, or in its middle; null: it is not among them. */
function endOfLine(bytes: Buffer, n: number): number | null {
  let start = 0;
  for (let line = 1; ; line += 1) {
    const at = bytes.indexOf(newline, start);
    if (at < 0) return null;
    if (line === n) return isTorn ? Math.floor((start + at) / 2) : at + 1;
    start = at + 1;
  }
}
