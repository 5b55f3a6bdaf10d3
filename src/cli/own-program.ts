/** Programs that users name in their environment: $EDITOR, $PAGER. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { KmendError } from "../problem/problem.ts";

/** Between SIGTERM and SIGKILL: enough for an editor to give the terminal back. */
const graceMs = 2_000;

export interface OwnProgram {
  /** What it is for, behind "Cannot". */
  readonly aim: string;
  /** The variable that names it. */
  readonly variable: "EDITOR" | "PAGER";
  /** As the user wrote it: a command with its options, in the shell's words. */
  readonly command: string;
  readonly args?: readonly string[];
  /** For its standard input; else it has kmend's. */
  readonly input?: Buffer;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** Runs it on this terminal, and waits for its end.
 *  @throws KmendError `program-failed`: it could not be started, or did not end with 0 */
export async function runOwnProgram(program: OwnProgram): Promise<void> {
  const { command, args = [], input, signal } = program;
  // As git does: `code --wait` and quotes are the shell's. `exec`: a signal is for the program itself.
  const child = spawn("sh", ["-c", `exec ${command} "$@"`, "sh", ...args], {
    stdio: [input === undefined ? "inherit" : "pipe", "inherit", "inherit"],
  });
  const release = endedBy(child, signal);
  child.stdin?.on("error", () => {}); // a pager that was left early
  child.stdin?.end(input);
  try {
    const [code, killedBy] = (await once(child, "exit")) as [number | null, string | null];
    if (code !== 0 && !signal?.aborted)
      throw failed(program, code === null ? `was ended by ${killedBy}` : `ended with ${code}`);
  } finally {
    release();
  }
}

function endedBy(child: ChildProcess, signal: AbortSignal | undefined): () => void {
  let late: NodeJS.Timeout | undefined;
  const end = (): void => {
    child.kill("SIGTERM");
    late = setTimeout(() => child.kill("SIGKILL"), graceMs);
  };
  if (signal?.aborted) end();
  signal?.addEventListener("abort", end);
  return () => {
    clearTimeout(late);
    signal?.removeEventListener("abort", end);
  };
}

function failed({ aim, command, variable }: OwnProgram, how: string): KmendError {
  return new KmendError({
    code: "program-failed",
    message: `Cannot ${aim}: ${command} ${how}`,
    hint: `Nothing was changed. Another program can be named in $${variable}.`,
  });
}
