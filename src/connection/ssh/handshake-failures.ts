/** What went wrong while connecting, in sentences. */

import type { KmendError } from "../../problem/problem.ts";
import { unreachable } from "../failures.ts";
import type { Settings } from "./settings.ts";

/** A failed TCP connection. */
export function explainSocket(settings: Settings, error: NodeJS.ErrnoException | "timeout"): KmendError {
  const { name, host, port } = settings;
  const what = `${name}: Cannot connect to ${host}:${port}: `;
  if (error === "timeout") {
    return unreachable(
      `${what}no answer within ${settings.connectTimeoutMs / 1000} s`,
      "Check its address, and that it runs.",
    );
  }
  const known: Readonly<Record<string, readonly [string, string]>> = {
    ECONNREFUSED: ["the port is closed", "Check the port (`ansible_port`), and that sshd runs there."],
    ENOTFOUND: ["no such host name", "Check the name, or set `ansible_host`."],
    EAI_AGAIN: [
      "the name server does not answer",
      "Check this machine's DNS, or set `ansible_host` to an address.",
    ],
    EHOSTUNREACH: ["no route to it", "Check its address and the network between."],
    ENETUNREACH: ["no route to its network", "Check its address and the network between."],
    ETIMEDOUT: ["no answer", "Check its address, and that it runs."],
  };
  const [sentence, hint] = known[error.code ?? ""] ?? [error.message, undefined];
  return unreachable(what + sentence, hint, error);
}

/** A failed handshake over a connection that stood. */
export function explainHandshake(
  settings: Settings,
  error: unknown,
  tried: readonly string[] = [],
): KmendError {
  const { name, host, port, user } = settings;
  const what = `${name}: Cannot log in at ${host}:${port} as ${user}: `;
  if (error === "timeout") {
    return unreachable(
      `${what}the handshake took longer than ${settings.connectTimeoutMs / 1000} s`,
      "The host is overloaded, or what listens there is not sshd.",
    );
  }
  const { level, message } = error as Error & { level?: string };
  if (level === "client-authentication") {
    const list =
      tried.length > 0 ? `it took none of: ${tried.join(", ")}` : "there is no key, agent or password to try";
    return unreachable(what + list, howToLogIn(settings), error, "authentication-failed");
  }
  return unreachable(
    `${name}: Cannot speak ssh with ${host}:${port}: ${message}`,
    "See what listens there; a host that this kind of connection can't speak with may do with `ansible_connection: openssh`.",
    error,
  );
}

function howToLogIn(settings: Settings): string {
  return `Set \`ansible_user\`, \`ansible_ssh_private_key_file\` or --ask-pass, or see what ssh says:\n    ssh -v -p ${settings.port} ${settings.user}@${settings.host} true`;
}

const dropped = Symbol("dropped handshake");

/** Whether a greeting is somebody else's: sshd begins with `SSH-`, or says that it has no room. */
export function saidOtherThanSsh(greeting: string): boolean {
  return (
    greeting.trim() !== "" &&
    !/^SSH-/m.test(greeting) &&
    !/MaxStartups|Not allowed at this time/.test(greeting)
  );
}

/** What listens there is no sshd. */
export function explainGreeting(settings: Settings, greeting: string): KmendError {
  const { name, host, port } = settings;
  const shown = JSON.stringify(greeting.trim().split("\n")[0]?.slice(0, 60).trim());
  return unreachable(
    `${name}: Cannot speak ssh with ${host}:${port}: what listens there is no sshd, it says ${shown}`,
    "Check the port (`ansible_port`).",
  );
}

/** A host that hung up before it looked at us: sshd's MaxStartups does that to bursts. Worth another try. */
export function droppedHandshake(settings: Settings, error: unknown): KmendError {
  const { name, host, port } = settings;
  const failure = unreachable(
    `${name}: Cannot speak ssh with ${host}:${port}: it hung up during the handshake`,
    "Its sshd may limit how many may log in at once (MaxStartups), or refuse this address.",
    error,
  );
  return Object.assign(failure, { [dropped]: true });
}

/** Whether another try makes sense. */
export function wasDropped(error: unknown): boolean {
  return error instanceof Error && dropped in error;
}

/** Whether ssh2's error says that the other side went away without a word. */
export function seemsDropped(error: unknown): boolean {
  const { message, code } = error as NodeJS.ErrnoException;
  return (
    code === "ECONNRESET" || code === "EPIPE" || /lost before handshake|No response from server/.test(message)
  );
}
