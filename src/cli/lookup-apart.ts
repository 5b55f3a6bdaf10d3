/**
 * Names looked up in a process of their own. The system's `getaddrinfo` waits for a name server that never answers as long as
 * resolv.conf says, for half a minute, cannot be called off, and not even `process.exit` goes on before it has ended; it also takes one
 * of the few threads that write the journal. A process can be ended at any time. It asks as this one would: hosts, DNS, search domains.
 */

import { type ExecFileException, execFile } from "node:child_process";
import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";

/** A collector seldom moves; one that has is found soon. */
const freshMs = 60_000;

const script = `const [name, options] = process.argv.slice(1);
require("node:dns").lookup(name, JSON.parse(options), (error, addresses) => {
  const { code, message } = error ?? {};
  process.stdout.write(JSON.stringify(error ? { code, message } : { addresses }));
});`;

type Answer =
  | { readonly addresses: readonly LookupAddress[] }
  | { readonly code: string; readonly message: string };

interface Asked {
  readonly at: number;
  readonly answer: Promise<Answer>;
}

/** @param timeoutMs for one name @returns what an agent takes as `lookup`, and how to end what is still under way */
export function lookupApart(timeoutMs: number): { readonly lookup: LookupFunction; end(): void } {
  const ending = new AbortController();
  const asked = new Map<string, Asked>();

  function answerTo(name: string, options: object): Promise<Answer> {
    const key = JSON.stringify([name, options]);
    const known = asked.get(key);
    if (known && performance.now() - known.at < freshMs) return known.answer;
    const answer = ask(name, options, { timeoutMs, signal: ending.signal });
    asked.set(key, { at: performance.now(), answer });
    // What could not be found may be there the next time.
    answer.then((found) => {
      if (!("addresses" in found)) asked.delete(key);
    });
    return answer;
  }

  return {
    lookup(name, { all, ...options }, done) {
      answerTo(name, options).then((answer) => {
        if (!("addresses" in answer))
          return done(Object.assign(new Error(answer.message), { code: answer.code }), []);
        const [first] = answer.addresses;
        if (all || !first) done(null, [...answer.addresses]);
        else done(null, first.address, first.family);
      });
    },
    end: () => ending.abort(),
  };
}

function ask(
  name: string,
  options: object,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Answer> {
  const words = ["-e", script, name, JSON.stringify({ ...options, all: true })];
  const how = {
    env: { ...process.env, NODE_OPTIONS: "" },
    timeout: timeoutMs,
    killSignal: "SIGKILL",
    signal,
  } as const;
  return new Promise((resolve) => {
    execFile(process.execPath, words, how, (error, stdout) => resolve(read(name, error, stdout)));
  });
}

function read(name: string, error: ExecFileException | null, stdout: string): Answer {
  if (!error && stdout !== "") return JSON.parse(stdout) as Answer;
  const isLate = error === null || error.killed || error.name === "AbortError";
  const why = isLate ? "no name server has answered" : error.message;
  return { code: "EAI_AGAIN", message: `getaddrinfo EAI_AGAIN ${name}: ${why}` };
}
