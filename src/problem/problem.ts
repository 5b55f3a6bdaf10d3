/**
 * What can go wrong, as values: every room reports through these, and only `cli` prints them.
 *
 * Words: a **problem** has a code (what scripts and tests match), a place, one sentence, and a way out.
 * Must: a problem's text never holds a secret.
 */

export { harmless, harmlessJson } from "./harmless.ts";

/** A position in a file that a user wrote. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong, and what to do about it. */
export interface Problem {
  /** Kebab-case, stable: `unknown-keyword`, `undefined-variable`, `host-key-changed`. */
  readonly code: string;
  readonly message: string;
  readonly place?: Place;
  /** The way out: what to do, as an order; a command to copy stands alone on its last line. */
  readonly hint?: string;
  readonly severity?: "error" | "warning";
}

/** Exit codes, as `ansible-playbook` has them; 6, 75 and 76 are kmend's own. */
export const exitCodes = {
  ok: 0,
  error: 1,
  hostsFailed: 2,
  hostsUnreachable: 4,
  parseError: 4,
  badOptions: 5,
  /** max_fail_hosts. */
  limitReached: 6,
  /** --not-after, with something left to do. As EX_TEMPFAIL of sysexits.h: the same again later. */
  windowClosed: 75,
  /** The same, and some host has failed or was unreachable. */
  windowClosedAndLost: 76,
  interrupted: 99,
  unexpected: 250,
} as const;

/** Thrown by loaders and connections; carries every problem found, sorted by place by whoever prints them. */
export class KmendError extends Error {
  override readonly name = "KmendError";
  readonly problems: readonly Problem[];
  readonly exitCode: number;

  constructor(problems: Problem | readonly Problem[], exitCode: number = exitCodes.error, cause?: unknown) {
    const all: readonly Problem[] = Array.isArray(problems) ? problems : [problems as Problem];
    super(
      all.map((problem) => formatProblem(problem)).join("\n"),
      cause === undefined ? undefined : { cause },
    );
    this.problems = all;
    this.exitCode = exitCode;
  }

  /** The first problem's code: what callers match on. */
  get code(): string {
    return this.problems[0]?.code ?? "unknown";
  }
}

/** `file:line:column: sentence`, then the way out indented below it. */
export function formatProblem(problem: Problem): string {
  const place = problem.place ? `${formatPlace(problem.place)}: ` : "";
  const kind = problem.severity === "warning" ? "warning: " : "";
  const hint = problem.hint ? `\n${problem.hint.replace(/^/gm, "  ")}` : "";
  return `${place}${kind}${problem.message}${hint}`;
}

/** `file:line:column`. */
export function formatPlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`;
}

/** What the system said no to, as a problem (a file that may not be read, say); null for any other error. */
export function systemProblem(error: unknown): Problem | null {
  if (!(error instanceof Error) || !("syscall" in error)) return null;
  const { code = "", path, message } = error as NodeJS.ErrnoException;
  const what = path === undefined ? "go on" : `use ${path}`;
  return { code: "system-refused", message: `Cannot ${what}: ${reasons[code] ?? message}` };
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is no folder",
  EACCES: "its rights do not allow it",
  ENOSPC: "the disk is full",
  EDQUOT: "the quota is used up",
  EIO: "the disk failed (input/output error)",
  EROFS: "the file system is read-only",
  EFBIG: "a file may not grow so large (ulimit -f)",
};

/** Why a file could not be used, in words. */
export function fileReason({ code = "", message }: NodeJS.ErrnoException): string {
  return reasons[code] ?? message;
}
