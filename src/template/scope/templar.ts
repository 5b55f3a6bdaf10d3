/** Renders the values, texts and conditions of a playbook with the variables of one scope. */

import type { Place } from "../../problem/problem.ts";
import { closedVault, type Vault } from "../../vault/vault.ts";
import type { Context, Settings } from "../define.ts";
import { Frame } from "../jinja/frame.ts";
import { Output } from "../jinja/output.ts";
import { Program } from "../jinja/program.ts";
import type { Run } from "../jinja/run.ts";
import { fileSyntax, playbookSyntax, type Syntax } from "../jinja/syntax.ts";
import { findTemplate } from "../lookups/find-file.ts";
import { loopLookup } from "../lookups/lookups.ts";
import { truthy } from "../python/compare.ts";
import { templateError } from "../python/failure.ts";
import { OMIT } from "../python/py-object.ts";
import { Dict, Encrypted, Float, isList, type Key, Tuple, Undefined, Unsafe, type Value } from "../values.ts";
import { guarded } from "./guard.ts";
import { isTemplate } from "./is-template.ts";
import { withNewlines, withoutLastNewline } from "./newlines.ts";
import { expression, program } from "./program-cache.ts";
import { readBack, survives } from "./safe-literal.ts";
import type { Scope } from "./scope.ts";
import { plain, settled } from "./settle.ts";
import { headerSyntax, type TextSettings } from "./text-settings.ts";
import { undefinedIn } from "./undefined-in.ts";
import { VariablesRun } from "./variables-run.ts";

export interface TemplarOptions {
  /** Ansible's `jinja2_native`: a lone expression keeps its type. */
  readonly native?: boolean;
  /** Where `include`, `lookup('file')` and their kin look, first match wins. */
  readonly searchPaths?: readonly string[];
  readonly lookups?: LookupContext;
  /** Where the templates stand, unless a call says it more exactly. */
  readonly place?: Place;
  /** Ansible's `jinja2_extensions`, as far as we have them. */
  readonly extensions?: Syntax["extensions"];
  /** Hears of each variable's value before anything is made of it. */
  onVariable?(name: string, value: Value): void;
}

/** What lookups and filters may read of the world outside. */
export interface LookupContext {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What `lookup('config', NAME)` answers. */
  config?(name: string): Value | undefined;
  now?(): Date;
  random?(): number;
  readonly vault?: Vault;
}

export interface CallOptions {
  /** Where the template stands; an error carries it. */
  readonly place?: Place;
}

export interface TextOptions extends CallOptions {
  /** The template file's name, for errors: `FILE:LINE:COLUMN`. */
  readonly file?: string;
  readonly settings?: TextSettings;
  /** Variables of this text alone. */
  readonly extra?: ReadonlyMap<string, Value>;
}

/** Cheap to make: one for each task and host. Its scope must not change while it is used. */
export class Templar implements Context {
  readonly #scope: Scope;
  readonly #options: TemplarOptions;
  readonly #syntax: Syntax;
  readonly #rendered = new Map<string, Value>();
  /** The variables that are being rendered, outermost first. */
  readonly #open: string[] = [];
  readonly run: Run;

  constructor(scope: Scope, options: TemplarOptions = {}) {
    this.#scope = scope;
    this.#options = options;
    this.#syntax = options.extensions
      ? { ...playbookSyntax, extensions: options.extensions }
      : playbookSyntax;
    this.run = new VariablesRun(this, options.native ?? false);
  }

  get settings(): Settings {
    const { lookups = {}, searchPaths = [] } = this.#options;
    return {
      searchPaths,
      environment: lookups.environment ?? {},
      config: (name) => lookups.config?.(name),
      now: () => lookups.now?.() ?? new Date(),
      random: () => lookups.random?.() ?? Math.random(),
      vault: lookups.vault ?? closedVault,
    };
  }

  names(): readonly string[] {
    return this.#scope.names();
  }

  /** The value with every template in it rendered, however deep. `omit` stays as OMIT. */
  render(value: Value, options: CallOptions = {}): Value {
    return guarded(this.#scope, options.place ?? this.#options.place, () => this.#render(value, "opened"));
  }

  /** A whole template file. */
  text(source: string, options: TextOptions = {}): string {
    const place = options.file === undefined ? (options.place ?? this.#options.place) : undefined;
    return guarded(this.#scope, place, () => {
      const base = { ...fileSyntax, extensions: this.#options.extensions ?? [], ...options.settings };
      const { syntax, body } = headerSyntax(source, base);
      const compiled =
        options.file === undefined ? program(body, syntax) : new Program(body, syntax, options.file);
      const output = new Output();
      const run = new VariablesRun(this, false, options.extra);
      compiled.render(run, output);
      return withNewlines(output.joined(), source, syntax);
    });
  }

  renderText(source: string, file: string, extra: ReadonlyMap<string, Value>): string {
    return this.text(source, { file, extra });
  }

  /** A bare expression, as `loop:` conditions and `debug: var=` hold it. */
  evaluate(source: string, options: CallOptions = {}): Value {
    return guarded(this.#scope, options.place ?? this.#options.place, () => settled(this.#evaluate(source)));
  }

  /** A condition of `when`, `until`, `failed_when`, `that`: a boolean, an expression, or a list of them ("and"). */
  test(condition: Value, options: CallOptions = {}): boolean {
    return guarded(this.#scope, options.place ?? this.#options.place, () => this.#test(condition));
  }

  /** What `with_NAME: terms` loops over; the terms are already rendered. */
  lookup(name: string, terms: readonly Value[], options: CallOptions = {}): readonly Value[] {
    return guarded(this.#scope, options.place ?? this.#options.place, () => loopLookup(name, terms, this));
  }

  /** The variable's rendered value; Undefined, with the reason, when rendering it met one; undefined when there is none. */
  variable(name: string): Value | undefined {
    const known = this.#rendered.get(name);
    if (known !== undefined) return known;
    const raw = this.#scope.get(name);
    if (raw === undefined) return undefined;
    const value = this.#isLazy(name) ? this.#resolve(name, raw) : plain(raw);
    this.#rendered.set(name, value);
    this.#options.onVariable?.(name, value);
    return value;
  }

  /** The template that `include` and `import` name. */
  load(name: string): Program | undefined {
    const found = findTemplate(name, this.settings);
    if (!found) return undefined;
    const syntax = { ...fileSyntax, extensions: this.#options.extensions ?? [] };
    return new Program(withoutLastNewline(found.source), syntax, found.path);
  }

  #isLazy(name: string): boolean {
    return this.#scope.isLazy ? this.#scope.isLazy(name) : true;
  }

  #resolve(name: string, raw: Value): Value {
    if (isSimple(raw)) return raw;
    if (this.#open.includes(name)) {
      const chain = [...this.#open.slice(this.#open.indexOf(name)), name].join(" -> ");
      throw templateError(`recursive loop detected: the variable '${name}' refers to itself (${chain})`);
    }
    this.#open.push(name);
    try {
      return this.#render(raw, "closed");
    } catch (error) {
      const reason = undefinedIn(error);
      if (reason === undefined) throw error;
      return new Undefined(name, `${reason}, and the variable '${name}' needs it`);
    } finally {
      this.#open.pop();
    }
  }

  /** @param encrypted a variable's values stay closed until somebody makes a text of them */
  #render(value: Value, encrypted: "opened" | "closed"): Value {
    if (typeof value === "string") return isTemplate(value) ? this.#renderText(value) : value;
    if (value === null || typeof value !== "object") return value;
    if (value instanceof Encrypted && encrypted === "closed") return value;
    if (value instanceof Unsafe) return value.text;
    const inner = (item: Value): Value => this.#render(item, encrypted);
    if (isList(value)) return value.map(inner);
    if (value instanceof Dict)
      return Dict.from(value.entries().map(([key, item]): [Key, Value] => [key, inner(item)]));
    if (value instanceof Tuple) return new Tuple(value.items.map(inner));
    return value;
  }

  #renderText(source: string): Value {
    const single = /^\{\{\s*(\w+)\s*\}\}\n?$/.exec(source)?.[1];
    if (single !== undefined) {
      const raw = this.#scope.get(single);
      if (raw !== undefined && isSimple(raw)) {
        this.#options.onVariable?.(single, raw);
        return raw;
      }
    }
    const compiled = program(withoutLastNewline(source), this.#syntax);
    const output = new Output();
    compiled.render(this.run, output);
    const [only] = output.pieces;
    if (only === OMIT && output.pieces.length === 1) return OMIT;
    if (compiled.isText) return withNewlines(output.joined(), source, this.#syntax);
    return this.run.isNative ? this.#nativeResult(output, source) : this.#textResult(output, source);
  }

  #nativeResult(output: Output, source: string): Value {
    const value = output.native();
    return typeof value === "string" ? withNewlines(value, source, this.#syntax) : settled(value);
  }

  #textResult(output: Output, source: string): Value {
    const [only] = output.pieces;
    if (output.pieces.length === 1 && only !== undefined && survives(only)) return only;
    return readBack(withNewlines(output.joined(), source, this.#syntax));
  }

  #evaluate(source: string, syntax = this.#syntax): Value {
    return expression(source, syntax)(new Frame(this.run));
  }

  #test(condition: Value): boolean {
    if (isList(condition)) return condition.every((each) => this.#test(each));
    const value = condition instanceof Unsafe ? condition.text : condition;
    if (typeof value !== "string") return value === null || truthy(value);
    if (value.trim() === "") return true;
    const ready = isTemplate(value) ? this.#render(value, "opened") : value;
    if (typeof ready !== "string") return truthy(ready);
    return ready.trim() === "" ? false : truthy(this.#evaluate(ready, conditionSyntax(this.#syntax)));
  }
}

/** Booleans, numbers and None: never rendered, and given as they are by `{{ name }}`. */
function isSimple(value: Value): boolean {
  return (
    value === null ||
    typeof value === "number" ||
    typeof value === "bigint" ||
    typeof value === "boolean" ||
    value instanceof Float
  );
}

/** Unlike the strings of a playbook, conditions have Python's escapes: a doubled backslash is one there. */
function conditionSyntax(syntax: Syntax): Syntax {
  return syntax === playbookSyntax ? fileSyntax : { ...syntax, plainBackslashes: false };
}
