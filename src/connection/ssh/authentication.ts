/**
 * Proving who we are, in OpenSSH's order: keys that the agent holds, key files, keyboard-interactive, password. One
 * exception: a key that somebody named goes before the agent's, or an agent with many keys uses up the host's patience.
 */

import { existsSync, readFileSync } from "node:fs";
import ssh2 from "ssh2";
import type { KeyRing } from "./keys.ts";
import type { Settings } from "./settings.ts";

/** One authentication: what to answer the host, and afterwards what was tried. */
export interface Authentication {
  readonly authHandler: ssh2.AuthHandlerMiddleware;
  readonly tried: readonly string[];
}

type Attempt = () => Promise<ssh2.AnyAuthMethod | null>;

/** `onWait` brackets the time in which a human is asked. */
export function authentication(
  settings: Settings,
  ring: KeyRing,
  onWait: (isWaiting: boolean) => void,
): Authentication {
  const tried: string[] = [];
  const attempts = plan(settings, ring, tried);
  const next = async (): Promise<ssh2.AnyAuthMethod | null> => {
    for (let attempt = attempts.shift(); attempt; attempt = attempts.shift()) {
      onWait(true);
      const method = await attempt().finally(() => onWait(false));
      if (method) return method;
    }
    return null;
  };
  let allowed: readonly string[] | null = null;
  return {
    tried,
    authHandler: (methodsLeft, _isPartial, answer) => {
      allowed = methodsLeft ?? allowed;
      const offer = async (): Promise<void> => {
        const method = await next();
        if (method && !isAllowed(method, allowed)) return offer();
        answer((method ?? false) as ssh2.AnyAuthMethod);
      };
      void offer();
    },
  };
}

function isAllowed(method: ssh2.AnyAuthMethod, allowed: readonly string[] | null): boolean {
  const name = method.type === "agent" ? "publickey" : method.type;
  return allowed === null || allowed.length === 0 || allowed.includes(name);
}

function plan(settings: Settings, ring: KeyRing, tried: string[]): Attempt[] {
  const chosen = settings.identities
    .filter((each) => each.isChosen)
    .map((each) => keyAttempt(settings, each, ring, tried));
  const usual = settings.identities
    .filter((each) => !each.isChosen)
    .map((each) => keyAttempt(settings, each, ring, tried));
  const agent = settings.agent ? [agentAttempt(settings, settings.agent, tried)] : [];
  return [...chosen, ...agent, ...usual, ...passwordAttempts(settings, tried)];
}

function keyAttempt(
  settings: Settings,
  identity: Settings["identities"][number],
  ring: KeyRing,
  tried: string[],
): Attempt {
  return async () => {
    const { file, isChosen } = identity;
    if (!isChosen && !existsSync(file)) return null;
    const result = await ring.load(file);
    if ("problem" in result) {
      tried.push(`${file} (${result.problem})`);
      return null;
    }
    tried.push(file);
    return { type: "publickey", username: settings.user, key: result.key as unknown as Buffer };
  };
}

function agentAttempt(settings: Settings, socket: string, tried: string[]): Attempt {
  const only = settings.isIdentitiesOnly ? publicKeys(settings) : null;
  return () => {
    const agent = new ChosenAgent(socket, only, (note) => tried.push(note));
    return Promise.resolve({ type: "agent", username: settings.user, agent: agent as ssh2.BaseAgent });
  };
}

function publicKeys(settings: Settings): string[] {
  return settings.identities.flatMap(({ file }) => {
    try {
      return [readFileSync(`${file}.pub`, "utf8").trim().split(/\s+/)[1] ?? ""];
    } catch {
      return [];
    }
  });
}

/** The agent, but showing only the keys that may be tried (`IdentitiesOnly`). */
class ChosenAgent extends ssh2.BaseAgent<ssh2.ParsedKey> {
  readonly #agent: ssh2.BaseAgent<ssh2.ParsedKey>;
  readonly #only: readonly string[] | null;
  readonly #note: (text: string) => void;

  constructor(socket: string, only: readonly string[] | null, note: (text: string) => void) {
    super();
    this.#agent = ssh2.createAgent(socket) as ssh2.BaseAgent<ssh2.ParsedKey>;
    this.#only = only;
    this.#note = note;
  }

  override getIdentities(answer: (error?: Error | null, keys?: ssh2.ParsedKey[]) => void): void {
    this.#agent.getIdentities((error, keys) => {
      if (error) {
        this.#note(`the agent (${error.message})`);
        return answer(null, []);
      }
      const may = ((keys ?? []) as ssh2.ParsedKey[]).filter((key) => this.#isChosen(key));
      this.#note(`the agent's ${may.length === 1 ? "key" : `${may.length} keys`}`);
      answer(null, may);
    });
  }

  override sign(...request: readonly unknown[]): void {
    (this.#agent.sign as (...request: unknown[]) => void).apply(this.#agent, [...request]);
  }

  #isChosen(key: ssh2.ParsedKey): boolean {
    return this.#only === null || this.#only.includes(key.getPublicSSH().toString("base64"));
  }
}

function passwordAttempts(settings: Settings, tried: string[]): Attempt[] {
  const { user: username, password } = settings;
  if (password === undefined) return [];
  return [
    () => {
      tried.push("keyboard-interactive");
      const prompt: ssh2.KeyboardInteractiveAuthMethod["prompt"] = (_name, _text, _lang, prompts, finish) =>
        finish(prompts.map(() => password));
      return Promise.resolve({ type: "keyboard-interactive", username, prompt });
    },
    () => {
      tried.push("the password");
      return Promise.resolve({ type: "password", username, password });
    },
  ];
}
