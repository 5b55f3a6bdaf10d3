/**
 * Names looked up in a process of their own. The system's `getaddrinfo` waits for a name server that never answers as long as
 * resolv.conf says, for half a minute, cannot be called off, and not even `process.exit` goes on before it has ended; it also takes one
 * of the few threads that write the journal. A process can be ended at any time. It asks as this one would: hosts, DNS, search domains.
 */

import { spawn } from "node:child_process";
import type { LookupAddress } from "node:dns";
import { once } from "node:events";
import type { LookupFunction } from "node:net";
import { text } from "node:stream/consumers";

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

/** Never throws: whoever asks is told. */
async function ask(
  name: string,
  options: object,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Answer> {
  const words = ["-e", script, name, JSON.stringify({ ...options, all: true })];
  try {
    const child = spawn(process.execPath, words, {
      env: { ...process.env, NODE_OPTIONS: "" },
      stdio: ["ignore", "pipe", "ignore"],
      // The operator's Ctrl-C is for kmend, which then still sends what it has.
      detached: true,
      timeout: timeoutMs,
      killSignal: "SIGKILL",
      signal,
    });
    const [answer] = await Promise.all([text(child.stdout), once(child, "close")]);
    return answer === "" ? notHeard(name) : (JSON.parse(answer) as Answer);
  } catch (cause) {
    return signal.aborted ? notHeard(name) : notHeard(name, (cause as Error).message);
  }
}

function notHeard(name: string, why = "no name server has answered"): Answer {
  return { code: "EAI_AGAIN", message: `getaddrinfo EAI_AGAIN ${name}: ${why}` };
}
