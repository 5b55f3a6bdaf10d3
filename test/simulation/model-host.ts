/** A host as a model: cells that tasks set, the scripts that the engine saves, locks. It understands statements, not sh. */

import { createHash } from "node:crypto";
import { staleAfterS } from "../../src/engine/lock-script.ts";
import type { Statement, Understood } from "./statements.ts";
import { statements } from "./statements.ts";

/** What a script said. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A cell is about to change, as part of the change whose folder is `save`. */
export type OnTouch = (touch: {
  readonly host: string;
  readonly cell: string;
  readonly save: string;
}) => void;

interface Lock {
  readonly token: string;
  /** run, who, since, command. */
  readonly owner: readonly string[];
}

const nothing: Said = { code: 0, stdout: "", stderr: "" };
const lost = "kmend: the lock on this host was lost";

export class ModelHost {
  readonly name: string;
  readonly cells = new Map<string, string>();
  readonly files = new Map<string, string>();
  readonly locks = new Map<number, Lock>();
  readonly beats = new Map<string, number>();
  /** Grows when every connection to it is lost. */
  epoch = 0;
  /** No connection is taken before then, in ms since 1970. */
  downUntil = 0;
  onTouch: OnTouch = () => {};

  constructor(name: string) {
    this.name = name;
  }

  /** Every cell, for comparing. */
  look(): Record<string, string> {
    return Object.fromEntries([...this.cells].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  /** Does the script, and pauses wherever a host can die in the middle of it. */
  *perform(script: Understood, nowMs: number): Generator<void, Said> {
    switch (script.form) {
      case "plain":
        return yield* this.#all(script.act, nowMs);
      case "change":
        return yield* this.#change(script, nowMs);
      case "revert":
        return yield* this.#revert(script, nowMs);
      case "lock":
        yield;
        return this.#lock(script, nowMs);
      case "beat":
      case "release":
        yield;
        return this.#keep(script, nowMs);
      default: {
        const never: never = script;
        throw new Error(`no such script: ${JSON.stringify(never)}`);
      }
    }
  }

  *#change(script: Understood & { form: "change" }, nowMs: number): Generator<void, Said> {
    const before = yield* this.#all(script.before, nowMs);
    if (before.code === 0) return yield* this.#all(script.act, nowMs);
    return { ...before, stderr: `${before.stderr}\nkmend: cannot prepare the change\n`, code: 1 };
  }

  *#revert(script: Understood & { form: "revert" }, nowMs: number): Generator<void, Said> {
    const reverted = yield* this.#all([...script.before, ...script.act], nowMs);
    const printed = reverted.stderr + reverted.stdout;
    if (reverted.code !== 0)
      return { ...reverted, stdout: "", stderr: `${printed}kmend: the revert said no\n` };
    const look = yield* this.#all(script.look, nowMs);
    return { ...look, stderr: printed + look.stderr };
  }

  /** As with `set -e`: the first that fails ends them. */
  *#all(all: readonly Statement[], nowMs: number): Generator<void, Said> {
    let said = nothing;
    for (const statement of all) {
      yield;
      const more = yield* this.#one(statement, nowMs);
      said = { code: more.code, stdout: said.stdout + more.stdout, stderr: said.stderr + more.stderr };
      if (said.code !== 0) return said;
    }
    return said;
  }

  *#one(statement: Statement, nowMs: number): Generator<void, Said> {
    switch (statement.kind) {
      case "sim":
        return this.#sim(statement.words, nowMs);
      case "check":
        return this.#isHeld(statement) ? nothing : { code: 1, stdout: "", stderr: `${lost}\n` };
      case "room":
        return nothing;
      case "write":
        this.files.set(statement.path, statement.text);
        return nothing;
      case "move": {
        const text = this.files.get(statement.from);
        if (text !== undefined) this.files.set(statement.to, text);
        this.files.delete(statement.from);
        return nothing;
      }
      case "trusted":
        return yield* this.#trusted(statement, nowMs);
      default: {
        const never: never = statement;
        throw new Error(`no such statement: ${JSON.stringify(never)}`);
      }
    }
  }

  *#trusted({ save, sum, own }: Statement & { kind: "trusted" }, nowMs: number): Generator<void, Said> {
    const texts = ["revert.sh", "reverted.sh"].flatMap((name) => this.files.get(`${save}/${name}`) ?? []);
    const sums = texts.map((text) => createHash("sha256").update(text).digest("hex"));
    const recorded = texts[sums.indexOf(sum)];
    if (recorded !== undefined) return yield* this.#all(statements(recorded), nowMs);
    const said = yield* this.#all(own, nowMs);
    return { ...said, stderr: `kmend-script ${sums.at(-1) ?? "missing"}\n${said.stderr}` };
  }

  #sim([verb = "", ...rest]: readonly string[], nowMs: number): Said {
    const [first = "", second = ""] = rest;
    switch (verb) {
      case "read": {
        const seen = Object.fromEntries(rest.map((cell) => [cell, this.cells.get(cell) ?? null]));
        return { ...nothing, stdout: JSON.stringify(seen) };
      }
      case "set":
        return this.#touch(first, second, rest.at(-1));
      case "unset":
        return this.#touch(first, null, rest.at(-1));
      case "copy":
        return this.#touch(second, this.cells.get(first) ?? null, rest.at(-1));
      case "since":
        return (nowMs - Date.UTC(2026, 0, 1)) / 1000 >= Number(first) ? nothing : { ...nothing, code: 1 };
      default:
        throw new Error(`the modelled host has no verb ${verb}`);
    }
  }

  #touch(cell: string, value: string | null, save = ""): Said {
    this.onTouch({ host: this.name, cell, save });
    if (value === null) this.cells.delete(cell);
    else this.cells.set(cell, value);
    return nothing;
  }

  #isHeld({ number, token }: { readonly number: number; readonly token: string }): boolean {
    return this.locks.get(number)?.token === token && !this.locks.has(number + 1);
  }

  #lock({ token, owner, own }: Understood & { form: "lock" }, nowMs: number): Said {
    const number = Math.max(0, ...this.locks.keys());
    const holder = this.locks.get(number);
    this.beats.set(token, Math.floor(nowMs / 1000));
    if (holder?.token === token) return { ...nothing, stdout: `held ${number}\n` };
    const age = holder ? Math.floor(nowMs / 1000) - (this.beats.get(holder.token) ?? 0) : 0;
    const isOwn = holder !== undefined && own.includes(holder.owner[0] ?? "");
    const state = !holder ? "" : isOwn ? "left" : age > staleAfterS ? "silent" : "";
    const about = holder ? `${[...holder.owner, String(age), state].join("\n")}\n` : "";
    if (holder && state === "") {
      this.beats.delete(token);
      return { ...nothing, stdout: `busy\n${about}` };
    }
    this.locks.set(number + 1, { token, owner });
    return { ...nothing, stdout: `held ${number + 1}\n${about}` };
  }

  #keep(script: Understood & { form: "beat" | "release" }, nowMs: number): Said {
    const { number, token } = script;
    const isGone = !this.locks.has(number) && !this.locks.has(number + 1);
    if (script.form === "release" && isGone) return nothing;
    if (!this.#isHeld(script)) return { code: 1, stdout: "", stderr: `${lost}\n` };
    if (script.form === "beat") this.beats.set(token, Math.floor(nowMs / 1000) + script.aheadS);
    else for (const each of [...this.locks.keys()]) if (each <= number) this.locks.delete(each);
    return nothing;
  }
}
