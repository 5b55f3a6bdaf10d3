/** Ends on the host what a script has started there. */

import { setTimeout as sleep } from "node:timers/promises";
import { exchange } from "./exchange.ts";
import type { OpenedShell } from "./opening.ts";

/** How long a script may clean up after TERM before KILL. */
const graceMs = 2000;
const lookAgainMs = 50;

/**
 * Ends everything in a shell's session: the shell, its script and their children. Each shell was started in a session
 * of its own (by sshd, by sudo, by us), so that is all that it started, but for what left it on purpose (a daemon).
 * `shell` is another one, as the same user; whoever calls limits the time.
 */
export async function endSession(shell: OpenedShell, session: number): Promise<void> {
  const until = Date.now() + graceMs;
  let living = await signalSession(shell, session, "TERM");
  while (living > 0 && Date.now() < until) {
    await sleep(lookAgainMs);
    living = await signalSession(shell, session, "0");
  }
  if (living > 0) await signalSession(shell, session, "KILL");
}

async function signalSession(
  shell: OpenedShell,
  session: number,
  signal: "TERM" | "KILL" | "0",
): Promise<number> {
  const answer = await exchange(shell.wire, { script: signalScript(session, signal), env: {} });
  return Number(answer.stdout.toString().trim()) || 0;
}

/** Signals each process of a session and prints how many there were. `/proc` and builtins: `ps` differs from host to host. */
export function signalScript(session: number, signal: "TERM" | "KILL" | "0"): string {
  return `living=0
for path in /proc/[0-9]*; do
  { read -r line <"$path/stat"; } 2>/dev/null || continue
  set -- \${line##*) }
  [ "$4" = ${session} ] && [ "$1" != Z ] || continue
  kill -${signal} "\${path#/proc/}" 2>/dev/null && living=$((living + 1))
done
echo "$living"`;
}
