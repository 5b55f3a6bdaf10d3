/**
 * The shell that callers hold. Its states: **open** (a wire stands ready), **busy** (a script runs), **shut** (the wire
 * is gone: a script killed its shell, or was ended by us; the next script opens another), **closed** (for good).
 */

import type { Content, GetOptions, Output, RunOptions, Script, Session, Shell } from "../connection.ts";
import { badAnswer, interrupted, timedOut, tooMuchOutput, unreachable } from "../failures.ts";
import { trace } from "../trace.ts";
import { endSession } from "./ending.ts";
import { type Answer, BadAnswer, type Exchange, exchange, mostOutputBytes } from "./exchange.ts";
import type { OpenedShell } from "./opening.ts";
import { type Got, getFile, putContent } from "./transfer.ts";

/** How long ending a script on the host may take before we just let go. */
const endingMs = 10_000;
/** The same where the operator waits for it: TERM's grace, and a little. */
const interruptedMs = 3_000;

/** What a framed shell needs from its connection. */
export interface ShellSource {
  readonly host: string;
  /** Opens one more shell as the same user. */
  open(): Promise<OpenedShell>;
}

/** An exchange with its limits. */
export interface Run extends Exchange {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly isSecret?: boolean | undefined;
}

/** One sh as one user, over whatever wires its source opens. */
export class FramedShell implements Shell {
  readonly session: Session;
  readonly #source: ShellSource;
  #opened: OpenedShell | null;
  #isClosed = false;
  #last: Promise<unknown> = Promise.resolve();
  readonly #closing = new AbortController();

  constructor(source: ShellSource, opened: OpenedShell) {
    this.#source = source;
    this.#opened = opened;
    this.session = opened.session;
  }

  run(script: Script, options: RunOptions = {}): Promise<Output> {
    const { env = {}, timeoutMs, signal, isSecret, stdin } = options;
    const input = stdin ? { stdin: { size: stdin.length, chunks: [stdin] } } : {};
    return this.exchange({ script: script.text, env, timeoutMs, signal, isSecret, ...input });
  }

  put(content: Content, to: string, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return putContent(this, this.#source.host, content, to, options.signal);
  }

  get(
    path: string,
    sink?: (chunk: Uint8Array) => Promise<void> | void,
    options: GetOptions = {},
  ): Promise<Got> {
    return getFile(this, this.#source.host, { path, sink, ...options });
  }

  /** Runs one script when those before it are done. */
  exchange(run: Run): Promise<Output> {
    const mine = this.#last.then(() => this.#exchangeNow(run));
    this.#last = mine.catch(() => {});
    return mine;
  }

  /** Ends the shell, and the script that runs in it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closing.abort();
    await this.#last;
    const opened = this.#opened;
    this.#opened = null;
    if (!opened) return;
    opened.wire.stdin.end(); // sh leaves at the end of its input
    await Promise.race([opened.wire.ended, elapse(endingMs)]);
    opened.wire.destroy();
  }

  async #exchangeNow(run: Run): Promise<Output> {
    const { host } = this.#source;
    if (run.signal?.aborted) throw interrupted(host);
    if (this.#isClosed) throw unreachable(`${host}: Cannot run a script: the connection is closed`);
    this.#opened ??= await this.#source.open();
    const { wire } = this.#opened;
    const shown = (text: string): string => (run.isSecret ? "(hidden: no_log)" : text);
    trace(host, ">", shown(run.script));
    const started = performance.now();
    const answer = await this.#withinLimits(run, exchange(wire, run));
    trace(
      host,
      "<",
      `${answer.code ?? "?"} ${shown(`${answer.stdout.toString()}${answer.stderr.toString()}`)}`,
    );
    if (answer.code === null) this.#drop();
    if (answer.end?.kind === "lost") throw answer.end.problem;
    return {
      code: answer.code ?? answer.end?.code ?? 255,
      stdout: answer.stdout,
      stderr: answer.stderr,
      durationMs: performance.now() - started,
    };
  }

  async #withinLimits(run: Run, answer: Promise<Answer>): Promise<Answer> {
    const { host } = this.#source;
    const limit = Promise.withResolvers<never>();
    const timer = run.timeoutMs
      ? setTimeout(() => limit.reject(timedOut(host, run.timeoutMs ?? 0)), run.timeoutMs)
      : null;
    const stop = () => limit.reject(interrupted(host));
    const signals = [run.signal, this.#closing.signal];
    for (const signal of signals) signal?.addEventListener("abort", stop, { once: true });
    try {
      return await Promise.race([answer, limit.promise]);
    } catch (error) {
      answer.catch(() => {});
      await this.#endScript(signals.some((signal) => signal?.aborted) ? interruptedMs : endingMs);
      if (!(error instanceof BadAnswer)) throw error;
      throw error.kind === "too much" ? tooMuchOutput(host, mostOutputBytes) : badAnswer(host);
    } finally {
      if (timer) clearTimeout(timer);
      for (const signal of signals) signal?.removeEventListener("abort", stop);
    }
  }

  /** Ends what runs, by a second shell: the first one is busy. */
  async #endScript(withinMs: number): Promise<void> {
    const opened = this.#opened;
    if (!opened) return;
    if (opened.sessionId > 0) {
      const opening = this.#source.open();
      const ending = opening.then(async (other) => {
        await endSession(other, opened.sessionId);
        other.wire.stdin.end();
        await other.wire.ended;
      });
      await Promise.race([
        ending.catch(() => {}),
        opened.wire.ended.then((end) => lostOnly(end.kind)),
        elapse(withinMs),
      ]);
      // A host that does not answer there, either, keeps nothing of ours open.
      opening.then((other) => other.wire.destroy()).catch(() => {});
    }
    this.#drop();
  }

  #drop(): void {
    this.#opened?.wire.destroy();
    this.#opened = null;
  }
}

// Ending the session ends the wire too; only a lost link makes waiting for the rest pointless.
function lostOnly(kind: "exited" | "lost"): Promise<void> | void {
  if (kind === "exited") return new Promise(() => {});
}

function elapse(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
