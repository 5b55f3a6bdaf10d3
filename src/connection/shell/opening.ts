/** From a command line to a shell that is ready: past the host's noise, past a password prompt, to its session. */

import { sh } from "../../script/script.ts";
import type { Become, Session } from "../connection.ts";
import { badAnswer, becomeFailed, unreachable } from "../failures.ts";
import { trace } from "../trace.ts";
import type { Transport, Wire } from "../wire.ts";
import { type BecomeCommand, becomeCommand, explainRefusal } from "./become.ts";
import { BadAnswer, exchange } from "./exchange.ts";
import { freshMark } from "./frame.ts";

/** A shell that answers. */
export interface OpenedShell {
  readonly wire: Wire;
  readonly session: Session;
  /** The session (as setsid has it) in which all runs that the shell starts; 0 where the host has no /proc. */
  readonly sessionId: number;
}

/** What to open, and for how long to try. */
export interface Opening {
  readonly host: string;
  readonly become: Become | null;
  readonly timeoutMs: number;
}

/** Opens a shell. @throws KmendError `unreachable`, `become-failed` */
export async function openShell(transport: Transport, opening: Opening): Promise<OpenedShell> {
  const mark = freshMark();
  // Only after the mark may anything be sent: before it, a password prompt may be what reads.
  const start = `echo ${mark}; exec /bin/sh`;
  const command = opening.become
    ? becomeCommand(opening.become, start)
    : { line: sh`exec /bin/sh -c ${start}`.text };
  trace(opening.host, ">", command.line);
  const wire = await transport.start(command.line);
  const until = Date.now() + opening.timeoutMs;
  try {
    await ready(wire, mark, command, opening);
    return await inTime(learn(wire, opening.host), opening, until);
  } catch (error) {
    wire.destroy();
    throw error instanceof BadAnswer ? badAnswer(opening.host) : error;
  }
}

/** A host that showed the mark and then says nothing more is as silent as one that never did. */
async function inTime<T>(answer: Promise<T>, opening: Opening, until: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late(opening, "")), Math.max(0, until - Date.now()));
  answer.catch(() => {});
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function ready(
  wire: Wire,
  mark: string,
  command: Partial<BecomeCommand>,
  opening: Opening,
): Promise<void> {
  const seen = { out: "", err: "" };
  let answered = 0;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const refused = () => {
    const { become, host } = opening;
    if (become)
      return becomeFailed(...explainRefusal(host, become, `${seen.out}\n${seen.err}`, answered > 0));
    const said = seen.err.trim() || seen.out.trim();
    return unreachable(
      `${host}: Cannot start /bin/sh: the login shell ended${said ? `: ${lastLine(said)}` : ""}`,
    );
  };
  const onPrompt = () => {
    const prompts = command.prompt ? seen.err.split(command.prompt).length - 1 : 0; // asked again: it was wrong
    if (prompts <= answered) return;
    if (answered > 0 || command.password === undefined) return reject(refused());
    answered = prompts;
    wire.stdin.write(`${command.password}\n`);
  };
  const onOut = (chunk: Buffer) => {
    seen.out = (seen.out + chunk.toString("latin1")).slice(-20_000);
    if (seen.out.includes(`${mark}\n`)) resolve();
  };
  const onErr = (chunk: Buffer) => {
    seen.err = (seen.err + chunk.toString("latin1")).slice(-20_000);
    onPrompt();
  };
  wire.stdout.on("data", onOut);
  wire.stderr.on("data", onErr);
  void wire.ended.then((end) => reject(end.kind === "lost" ? end.problem : refused()));
  const timer = setTimeout(() => reject(late(opening, seen.err)), opening.timeoutMs);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    wire.stdout.removeListener("data", onOut);
    wire.stderr.removeListener("data", onErr);
    // Without a listener a stream would stop, and its program with it.
    for (const stream of [wire.stdout, wire.stderr]) stream.on("data", () => {}).resume();
  }
}

function late(opening: Opening, said: string) {
  const seconds = opening.timeoutMs / 1000;
  const last = said.trim() ? `; its last words: ${lastLine(said)}` : "";
  if (opening.become) {
    const { method, user } = opening.become;
    return becomeFailed(
      `${opening.host}: Cannot become ${user} by ${method}: no shell after ${seconds} s${last}`,
      "See whether it asks for something on the host: log in there and try it by hand.",
    );
  }
  return unreachable(`${opening.host}: Cannot start /bin/sh: no answer after ${seconds} s${last}`);
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.trim() ?? "";
}

/**
 * Makes the shell predictable and asks who it is. LC_ALL=C: messages, numbers and sorting that can be parsed, known to
 * every host (C.UTF-8 is not: EL7 lacks it). A login without a terminal often lacks the sbin folders.
 */
async function learn(wire: Wire, host: string): Promise<OpenedShell> {
  wire.stdin.write(
    `${[
      "LC_ALL=C; export LC_ALL; unset ENV BASH_ENV LANGUAGE CDPATH",
      'for kmend in /usr/local/sbin /usr/sbin /sbin; do case ":$PATH:" in *":$kmend:"*) ;; *) PATH=$PATH:$kmend ;; esac; done',
      "export PATH; unset kmend",
    ].join("\n")}\n`,
  );
  const script = `id -un; id -u; echo "$HOME"; echo "\${TMPDIR:-/tmp}"
{ read -r line </proc/$$/stat; } 2>/dev/null && set -- \${line##*) } && echo "$4"`;
  const answer = await exchange(wire, { script, env: {} });
  if (answer.end?.kind === "lost") throw answer.end.problem;
  const [user = "", uid = "", home = "", tmp = "", sessionId = ""] = answer.stdout.toString().split("\n");
  if (!/^\d+$/.test(uid)) {
    const said = lastLine(answer.stderr.toString());
    throw unreachable(`${host}: Cannot use its /bin/sh: \`id\` did not answer${said ? `: ${said}` : ""}`);
  }
  trace(host, "*", `shell of ${user} (${uid}), session ${sessionId}`);
  return { wire, session: { user, uid: Number(uid), home, tmp }, sessionId: Number(sessionId) || 0 };
}
