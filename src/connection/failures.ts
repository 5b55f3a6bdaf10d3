/** The sentences for what can go wrong between here and a host. */

import { exitCodes, KmendError } from "../problem/problem.ts";

/** We could not speak to the host, or can no longer. */
export function unreachable(
  message: string,
  hint?: string,
  cause?: unknown,
  code = "unreachable",
): KmendError {
  const problem = hint === undefined ? { code, message } : { code, message, hint };
  return new KmendError(problem, exitCodes.hostsUnreachable, cause);
}

/** The script took longer than it may; what it started on the host was ended. */
export function timedOut(host: string, timeoutMs: number): KmendError {
  return new KmendError(
    {
      code: "timeout",
      message: `${host}: Cannot finish the script: it ran longer than the ${timeoutMs / 1000} s it was given`,
      hint: "What it had started on the host was ended. Give it more time with `timeout:` on the task.",
    },
    exitCodes.hostsFailed,
  );
}

/** The script printed more than anybody would read; what it started on the host was ended. */
export function tooMuchOutput(host: string, mostBytes: number): KmendError {
  return new KmendError(
    {
      code: "too-much-output",
      message: `${host}: Cannot take in what the script prints: it is more than ${mostBytes / 1024 / 1024} MiB`,
      hint: "What it had started on the host was ended. Let it write into a file there, or print less.",
    },
    exitCodes.hostsFailed,
  );
}

/** What came back is no answer of a shell. */
export function badAnswer(host: string): KmendError {
  return unreachable(
    `${host}: Cannot speak to its shell: it answers with an exit code that no shell has`,
    "Something there stands between sshd and /bin/sh, and answers in its place. See what the login shell is.",
  );
}

/** Somebody asked us to stop. */
export function interrupted(host: string): KmendError {
  return new KmendError(
    { code: "interrupted", message: `${host}: Cannot finish the script: it was interrupted` },
    exitCodes.interrupted,
  );
}

/** The host said no to becoming somebody else. */
export function becomeFailed(message: string, hint: string): KmendError {
  return new KmendError({ code: "become-failed", message, hint }, exitCodes.hostsFailed);
}

/** A file did not make it across whole. */
export function transferFailed(message: string, hint?: string): KmendError {
  const code = "transfer-failed";
  return new KmendError(
    hint === undefined ? { code, message } : { code, message, hint },
    exitCodes.hostsFailed,
  );
}
