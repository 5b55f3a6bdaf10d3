/** What every way to a host has in common: it starts a program there and hands over its streams. */

import type { Readable, Writable } from "node:stream";
import type { KmendError } from "../problem/problem.ts";

/** How a program on the host ended: by itself, or because we can no longer speak to the host. */
export type WireEnd =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "lost"; readonly problem: KmendError };

/** One running program on the host and its three streams. */
export interface Wire {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles once the program is gone and its output is read; never rejects. */
  readonly ended: Promise<WireEnd>;
  /**
   * Tells the host that its bytes arrived. sshd has Nagle's algorithm on, so after one small packet it holds the next
   * until this side's system acknowledges, 40 ms later; whatever we send carries the acknowledgement at once.
   */
  acknowledge?(): void;
  /** Lets go of the program on this side, at once. */
  destroy(): void;
}

/** One way to one host. */
export interface Transport {
  /** Starts a command line under the login user's shell. @throws KmendError `unreachable` */
  start(command: string): Promise<Wire>;
  close(): Promise<void>;
}

/** How long output may still trickle in after a program is gone: its background jobs can hold the streams open. */
export const lastWordsMs = 200;

/** Exit code of a program that a signal ended, as a shell counts it; signals that we can't name count as KILL. */
export function codeOfSignal(signal: string | null | undefined): number {
  const numbers: Readonly<Record<string, number>> = {
    HUP: 1,
    INT: 2,
    QUIT: 3,
    ABRT: 6,
    KILL: 9,
    PIPE: 13,
    TERM: 15,
  };
  return 128 + (numbers[(signal ?? "").replace(/^SIG/, "")] ?? 9);
}
