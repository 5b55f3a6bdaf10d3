/**
 * How a script reaches a host: the room's front door.
 *
 * Words: a **connection** is one transport to one host; a **shell** is one long-lived `sh` on it for one user;
 * **become** is whom to act as, and how. docs/connection.md has the frames byte by byte.
 * Must: a dead link ends every pending call with `unreachable`, never a hang. Must: secrets go on stdin only.
 */

import type { Output } from "../script/output.ts";
import type { Script } from "../script/script.ts";

export type { Output } from "../script/output.ts";
export type { Script } from "../script/script.ts";
export { type ConnectorOptions, createConnector } from "./connector.ts";
export type { AskPassphrase } from "./ssh/keys.ts";
export { maskInTrace } from "./trace.ts";

/** Whom to act as on the host. */
export interface Become {
  readonly method: "sudo" | "su" | "doas";
  readonly user: string;
  readonly password?: string;
  readonly flags?: string;
  readonly exe?: string;
}

/** Everything needed to reach one host; made from inventory variables and flags by the engine. */
export interface Target {
  /** The inventory's name, for messages. */
  readonly name: string;
  readonly kind: "ssh" | "openssh" | "local";
  /** Host name or address; default the name. `~/.ssh/config` applies to it as the system's client would. */
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly privateKeyFile?: string;
  /** Text of `--ssh-common-args` and `--ssh-extra-args`: what we understand of them (-o, -J, -F, -i, -p) applies. */
  readonly sshArgs?: string;
  readonly hostKeyChecking: boolean;
  readonly knownHostsFiles?: readonly string[];
  readonly configFile?: string;
  readonly connectTimeoutMs: number;
  readonly keepaliveIntervalMs: number;
  readonly keepaliveCountMax: number;
}

export interface RunOptions {
  /** Environment for this script only, exported before it. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the script with TaskTimeout after this long; 0 or absent: none. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** No trace shows the script, nor what it prints. */
  readonly isSecret?: boolean;
  /** Bytes for the script's own stdin; default: none (/dev/null). */
  readonly stdin?: Uint8Array;
}

/** How a file is read. */
export interface GetOptions extends Pick<RunOptions, "signal" | "timeoutMs" | "isSecret"> {
  /** Somebody may write to it meanwhile: what came counts, whatever is there afterwards. */
  readonly mayChange?: boolean;
}

/** What the shell learnt when it opened. */
export interface Session {
  readonly user: string;
  readonly uid: number;
  readonly home: string;
  /** `${TMPDIR:-/tmp}` of the session. */
  readonly tmp: string;
}

/** One sh as one user. One script at a time; calls queue. */
export interface Shell {
  readonly session: Session;
  /** @throws KmendError `unreachable`, `timeout`, `interrupted` */
  run(script: Script, options?: RunOptions): Promise<Output>;
  /** Puts bytes at a path through the session (mode 0600 until moved), checked by checksum. Streams large files with bounded memory. */
  put(content: Content, to: string, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Reads a file, checked by checksum; streams into `sink` when given. The last chunk's promise may still be open when it resolves. */
  get(
    path: string,
    sink?: (chunk: Uint8Array) => Promise<void> | void,
    options?: GetOptions,
  ): Promise<{ readonly bytes: Uint8Array | null; readonly size: number; readonly sha256: string }>;
}

export type Content = { readonly bytes: Uint8Array } | { readonly file: string };

export interface Connection {
  readonly target: Target;
  /** The shell of the login user, or of whom to become; opened once, then shared. `which` names
   *  another than the first, for what must not wait until that is free. */
  shell(become: Become | null, which?: string): Promise<Shell>;
  /** Ends everything that was started on both sides. Safe to call twice. */
  close(): Promise<void>;
}

/** Opens connections and takes them back; the engine holds one of these a run. */
export interface Connector {
  open(target: Target, options?: { readonly signal?: AbortSignal }): Promise<Connection>;
  closeAll(): Promise<void>;
}
