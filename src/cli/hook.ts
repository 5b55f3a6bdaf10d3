/**
 * `--on-event COMMAND`: gets each event of the run, a JSON line each, on its standard input.
 *
 * Must: a hook that is slow, fails or never ends neither slows nor fails the run. What it has not read yet waits, up to
 * {@link mostWaiting}; beyond that events are left out, counted, and told when the run ends.
 * Must: no event ever stands on a command line.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Event, Journal } from "../journal/journal.ts";

/** Bytes that wait for one hook. */
export const mostWaiting = 4 * 1024 * 1024;
/** Bytes of what it prints that are kept. */
const mostKept = 64 * 1024;
/** After its input has ended it may still work so long, and after SIGTERM as long again. */
const graceMs = 2_000;

/** @param say tells the operator, once the run is over, what a hook missed or how it failed @returns how to end it */
export function startHook(
  command: string,
  journal: Journal,
  say: (text: string) => void,
): () => Promise<void> {
  // A session of its own: the operator's Ctrl-C is for kmend, which then lets it read the last events.
  const child = spawn("sh", ["-c", command], { detached: true, stdio: ["pipe", "pipe", "pipe"] });
  const ended = endOf(child);
  const log = join(journal.folder, "on-event.log");
  keepOutput([child.stdout, child.stderr], log);
  child.stdin.on("error", () => {}); // it reads no more; that is told by the count
  let missed = 0;
  const stop = journal.subscribe((event) => {
    if (!deliver(child.stdin, event)) missed += 1;
  });
  return async () => {
    stop();
    child.stdin.end();
    const how =
      (await within(ended)) ?? (await kill(child, "SIGTERM", ended)) ?? (await kill(child, "SIGKILL", ended));
    // What it started and let go may hold them open for ever.
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    const wrong = [
      ...(missed > 0 ? [`${missed} events were left out, as it did not read them`] : []),
      ...(how === "" ? [] : [how ?? "it does not end"]),
    ];
    if (wrong.length > 0) say(`--on-event ${command}: ${wrong.join("; ")} (what it printed: ${log})`);
  };
}

function deliver(stdin: Writable, event: Event): boolean {
  if (!stdin.writable || stdin.writableLength > mostWaiting) return false;
  stdin.write(`${JSON.stringify(event)}\n`);
  return true;
}

/** Resolves to how it failed; empty: it did not. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(`it could not be started: ${error.message}`));
    child.once("exit", (code, signal) =>
      resolve(code === 0 ? "" : signal ? `it was ended by ${signal}` : `it ended with code ${code}`),
    );
  });
}

async function within(ended: Promise<string>): Promise<string | null> {
  const timer = new AbortController();
  const late = sleep(graceMs, null, { signal: timer.signal }).catch(() => null);
  try {
    return await Promise.race([ended, late]);
  } finally {
    timer.abort();
  }
}

/** With everything that it has started. */
async function kill(
  child: ChildProcess,
  signal: NodeJS.Signals,
  ended: Promise<string>,
): Promise<string | null> {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // It has ended just now.
  }
  return within(ended);
}

/** Both streams into one file, its beginning only: the rest is read and let go, so that the hook never waits. */
function keepOutput(streams: readonly Readable[], path: string): void {
  const file = createWriteStream(path, { mode: 0o600, flags: "a" });
  file.on("error", () => {});
  let kept = 0;
  for (const stream of streams)
    stream.on("data", (chunk: Buffer) => {
      if (kept < mostKept) file.write(chunk.subarray(0, mostKept - kept));
      kept += chunk.length;
    });
}
