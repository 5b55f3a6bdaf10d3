/** A long piece of work by one of the machine's programs: watched while it runs, and ended as a whole. */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { KmendError } from "../problem/problem.ts";

export interface LongWork {
  readonly cwd?: string;
  readonly signal?: AbortSignal | undefined;
  /** Hears each line that it says, on either of its ways out. */
  readonly hear?: (line: string) => void;
}

/** Runs the program to its end. Aborted, it and all that it started are asked to end, and have ended on return.
 *  @throws KmendError `lab-work-failed` with what it said last, where it exits with anything but 0 */
export async function longWork(
  program: string,
  args: readonly string[],
  { cwd = "/", signal, hear = () => {} }: LongWork = {},
): Promise<void> {
  signal?.throwIfAborted();
  // A session of its own: Ctrl-C reaches it once, from us, and its children with it.
  const worker = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const last: string[] = [];
  const said = new PassThrough();
  for (const stream of [worker.stdout, worker.stderr]) stream.pipe(said, { end: false });
  const lines = createInterface({ input: said }).on("line", (line) => {
    last.push(line);
    if (last.length > 12) last.shift();
    hear(line);
  });
  const stop = (): void => {
    if (worker.pid !== undefined && worker.exitCode === null) process.kill(-worker.pid, "SIGTERM");
  };
  signal?.addEventListener("abort", stop, { once: true });
  const code = await new Promise<number | null>((resolve, reject) => {
    worker.once("error", reject);
    worker.once("close", resolve);
  }).finally(() => signal?.removeEventListener("abort", stop));
  said.end();
  lines.close();
  signal?.throwIfAborted();
  if (code === 0) return;
  throw new KmendError({
    code: "lab-work-failed",
    message: `Cannot go on: ${[program, ...args].join(" ")} exited with ${code}, wanted 0`,
    hint: `It said last:\n${last.join("\n")}`,
  });
}
