/** A host as a model: cells that tasks set, the scripts that the engine saves, shells, locks. It understands statements, not sh. */

import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { type Asking, lost, ModelLocks, nothing, type Said } from "./model-locks.ts";
import type { Statement, Understood } from "./statements.ts";
import { statements } from "./statements.ts";

export type { Said } from "./model-locks.ts";

/** A cell is about to change, as part of the change whose folder is `save`. */
export interface Touch {
  readonly cell: string;
  readonly save: string;
}

/** The shell that does a script. */
export interface Shell extends Asking {
  onTouch(touch: Touch): void;
}

export class ModelHost {
  readonly name: string;
  readonly cells = new Map<string, string>();
  readonly files = new Map<string, string>();
  readonly #folders = new Set<string>();
  /** What whoever wants to become somebody else must know; null: nothing. */
  password: string | null = null;
  /** Grows when every connection to it is lost. */
  epoch = 0;
  /** Grows when it reboots. */
  boot = 0;
  /** No connection is taken before then, in ms since 1970. */
  downUntil = 0;
  readonly #locks = new Map<string, ModelLocks>();
  readonly #isOpen = new Map<number, () => boolean>();
  #lastPid = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Every cell, for comparing. */
  look(): Record<string, string> {
    return Object.fromEntries([...this.cells].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  /** A shell begins. @param isOpen it has work, or somebody is at its other end */
  begin(isOpen: () => boolean): number {
    this.#lastPid += 1;
    const { boot } = this;
    this.#isOpen.set(this.#lastPid, () => this.boot === boot && isOpen());
    return this.#lastPid;
  }

  isLiving(pid: number): boolean {
    return this.#isOpen.get(pid)?.() ?? false;
  }

  /** Those of a state folder. */
  locksIn(folder: string): ModelLocks {
    const locks = this.#locks.get(folder) ?? new ModelLocks();
    this.#locks.set(folder, locks);
    return locks;
  }

  forgetLocks(): void {
    this.#locks.clear();
  }

  /** Does the script, and pauses wherever a host can die in the middle of it; says for how many ms it waits. */
  *perform(script: Understood, shell: Shell): Generator<number, Said> {
    switch (script.form) {
      case "plain":
      case "transfer":
        return yield* this.#all(script.act, shell);
      case "change":
        return yield* this.#change(script, shell);
      case "revert":
        return yield* this.#revert(script, shell);
      case "lock":
        yield 0;
        return yield* this.locksIn(script.folder).take(script, shell);
      case "beat":
      case "release":
        yield 0;
        return this.locksIn(script.folder).keep(script, shell);
      default: {
        const never: never = script;
        throw new Error(`no such script: ${JSON.stringify(never)}`);
      }
    }
  }

  *#change(script: Understood & { form: "change" }, shell: Shell): Generator<number, Said> {
    const before = yield* this.#all(script.before, shell);
    const said =
      before.code === 0
        ? yield* this.#all(script.act, shell)
        : { ...before, stderr: `${before.stderr}\nkmend: cannot prepare the change\n`, code: 1 };
    yield* this.#all(script.after, shell);
    return said;
  }

  *#revert(script: Understood & { form: "revert" }, shell: Shell): Generator<number, Said> {
    const reverted = yield* this.#all([...script.before, ...script.act], shell);
    const printed = reverted.stderr + reverted.stdout;
    if (reverted.code !== 0)
      return { ...reverted, stdout: "", stderr: `${printed}kmend: the revert said no\n` };
    const look = yield* this.#all(script.look, shell);
    return { ...look, stderr: printed + look.stderr };
  }

  /** As with `set -e`: the first that fails ends them. */
  *#all(all: readonly Statement[], shell: Shell): Generator<number, Said> {
    let said = nothing;
    for (const statement of all) {
      yield 0;
      const more = yield* this.#one(statement, shell);
      said = { code: more.code, stdout: said.stdout + more.stdout, stderr: said.stderr + more.stderr };
      if (said.code !== 0) return said;
    }
    return said;
  }

  *#one(statement: Statement, shell: Shell): Generator<number, Said> {
    switch (statement.kind) {
      case "sim":
        return this.#sim(statement.words, shell);
      case "check":
        if (!this.locksIn(statement.folder).isHeld(statement)) return no(lost);
        if (statement.isNoted) this.locksIn(statement.folder).note(statement.token, shell.pid);
        return nothing;
      case "room":
        return nothing;
      case "folder":
        if (statement.isNew && this.#folders.has(statement.path)) return no(`${statement.path} is there`);
        this.#folders.add(statement.path);
        return nothing;
      case "remove":
        this.#folders.delete(statement.path);
        for (const path of [...this.files.keys()])
          if (path.startsWith(`${statement.path}/`)) this.files.delete(path);
        return nothing;
      case "write":
        if (!this.#folders.has(dirname(statement.path))) return no(`no folder for ${statement.path}`);
        this.files.set(statement.path, statement.text);
        return nothing;
      case "move": {
        const text = this.files.get(statement.from);
        if (text !== undefined) this.files.set(statement.to, text);
        this.files.delete(statement.from);
        return nothing;
      }
      case "back": {
        const has = (change: string, name: string): boolean =>
          this.files.has(`${statement.folder}/${change}/${name}`);
        const back = statement.changes.filter((id) => has(id, "reverted.sh") && !has(id, "revert.sh"));
        return { ...nothing, stdout: back.map((change) => `${change}\n`).join("") };
      }
      case "trusted":
        return yield* this.#trusted(statement, shell);
      default: {
        const never: never = statement;
        throw new Error(`no such statement: ${JSON.stringify(never)}`);
      }
    }
  }

  *#trusted({ save, sum, own }: Statement & { kind: "trusted" }, shell: Shell): Generator<number, Said> {
    const texts = ["revert.sh", "reverted.sh"].flatMap((name) => this.files.get(`${save}/${name}`) ?? []);
    const sums = texts.map((text) => createHash("sha256").update(text).digest("hex"));
    const recorded = texts[sums.indexOf(sum)];
    if (recorded !== undefined) return yield* this.#all(statements(recorded), shell);
    const said = yield* this.#all(own, shell);
    return { ...said, stderr: `kmend-script ${sums.at(-1) ?? "missing"}\n${said.stderr}` };
  }

  #sim([verb = "", ...rest]: readonly string[], shell: Shell): Said {
    const [first = "", second = ""] = rest;
    switch (verb) {
      case "read": {
        const seen = Object.fromEntries(rest.map((cell) => [cell, this.cells.get(cell) ?? null]));
        return { ...nothing, stdout: JSON.stringify(seen) };
      }
      case "set":
        return this.#touch(first, second, rest.at(-1), shell);
      case "unset":
        return this.#touch(first, null, rest.at(-1), shell);
      case "copy":
        return this.#touch(second, this.cells.get(first) ?? null, rest.at(-1), shell);
      case "place": {
        const isPlaced = this.cells.get(second) === rest[2];
        const text = isPlaced ? rest[2] : this.files.get(first);
        if (text === undefined) return no(`${first} is not there`);
        return this.#touch(second, text.trimEnd(), rest.at(-1), shell);
      }
      case "keep":
        if (this.cells.get(first) === second) this.files.set(rest.at(-1) ?? "", second);
        return nothing;
      case "since":
        return (shell.now() - Date.UTC(2026, 0, 1)) / 1000 >= Number(first) ? nothing : no("not yet");
      default:
        throw new Error(`the modelled host has no verb ${verb}`);
    }
  }

  #touch(cell: string, value: string | null, save: string | undefined, shell: Shell): Said {
    shell.onTouch({ cell, save: save ?? "" });
    if (value === null) this.cells.delete(cell);
    else this.cells.set(cell, value);
    return nothing;
  }
}

function no(why: string): Said {
  return { code: 1, stdout: "", stderr: `${why}\n` };
}
