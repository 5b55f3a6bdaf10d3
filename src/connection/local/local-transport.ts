/** The controller itself as a host: a child process instead of a channel. */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { unreachable } from "../failures.ts";
import { codeOfSignal, lastWordsMs, type Transport, type Wire, type WireEnd } from "../wire.ts";

/** A transport that starts its programs right here. */
export function localTransport(host: string): Transport {
  return {
    start: (command) =>
      Promise.resolve(childWire(host, spawn("/bin/sh", ["-c", command], { detached: true, stdio: "pipe" }))),
    close: () => Promise.resolve(),
  };
}

/** A child process as a wire; `detached` makes its session its own, so that it can be ended as a whole. */
export function childWire(
  host: string,
  child: ChildProcessWithoutNullStreams,
  explain: (code: number) => WireEnd | Promise<WireEnd> = (code) => ({ kind: "exited", code }),
): Wire {
  const { promise: ended, resolve } = Promise.withResolvers<WireEnd>();
  const program = child.spawnfile;
  child.on("error", (error) =>
    resolve({ kind: "lost", problem: unreachable(`${host}: Cannot start ${program}: ${error.message}`) }),
  );
  let hasEnded = false;
  const end = (code: number | null, signal: NodeJS.Signals | null) => {
    if (!hasEnded) resolve(explain(code ?? codeOfSignal(signal)));
    hasEnded = true;
  };
  child.on("close", end);
  child.on("exit", (code, signal) => setTimeout(() => end(code, signal), lastWordsMs).unref());
  child.stdin.on("error", () => {}); // it ended before it read all: `ended` says so
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    destroy() {
      child.stdin.destroy();
      child.stdout.destroy();
      child.stderr.destroy();
      child.kill("SIGKILL");
    },
  };
}
