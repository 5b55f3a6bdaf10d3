/** How filters, tests and lookups are written down: a line on what each does, its parameters, and what it does. */

import type { Vault } from "../vault/vault.ts";
import type { Run } from "./jinja/run.ts";
import { type Arguments, type Bound, bind } from "./python/arguments.ts";
import { defined } from "./python/convert.ts";
import { templateError } from "./python/failure.ts";
import type { Value } from "./values.ts";

/** What a filter, test or lookup may ask for beside its arguments. */
export interface Context {
  readonly run: Run;
  /** Renders templates inside a value, as lookups want it. */
  render(value: Value): Value;
  /** Renders a template file's text with some more variables. */
  renderText(source: string, file: string, extra: ReadonlyMap<string, Value>): string;
  /** Every variable's name. */
  names(): readonly string[];
  readonly settings: Settings;
}

/** What the world outside gives to templates. */
export interface Settings {
  /** Folders that files and templates are looked for in, first match wins. */
  readonly searchPaths: readonly string[];
  /** What `lookup('env', ...)` and `expanduser` read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What `lookup('config', ...)` reads. */
  config(name: string): Value | undefined;
  now(): Date;
  /** At least 0, less than 1. */
  random(): number;
  /** Opens what is encrypted in files that are looked up. */
  readonly vault: Vault;
}

interface Described {
  readonly summary: string;
  /** What it may be given, in order; absent: anything. */
  readonly parameters?: readonly string[];
  /** Known by name, but not done here. */
  readonly refused?: string;
}

export interface Filter extends Described {
  apply(value: Value, given: Arguments, context: Context, name: string): Value;
}

export interface Test extends Described {
  holds(value: Value, given: Arguments, context: Context, name: string): boolean;
}

export interface Lookup extends Described {
  /** The terms are always a list, and so are the results. */
  find(terms: readonly Value[], named: ReadonlyMap<string, Value>, context: Context): readonly Value[];
}

export function filter<const Names extends readonly string[]>(
  summary: string,
  parameters: Names,
  run: (value: Value, args: Bound<Names>, context: Context) => Value,
): Filter {
  return {
    summary,
    parameters,
    apply: (value, given, context, name) => run(defined(value), bind(name, parameters, given), context),
  };
}

/** A filter that takes any arguments. */
export function freeFilter(
  summary: string,
  run: (value: Value, given: Arguments, context: Context) => Value,
): Filter {
  return { summary, apply: (value, given, context) => run(defined(value), given, context) };
}

/** A filter that may be given an Undefined. */
export function tolerantFilter<const Names extends readonly string[]>(
  summary: string,
  parameters: Names,
  run: (value: Value, args: Bound<Names>, context: Context) => Value,
): Filter {
  return {
    summary,
    parameters,
    apply: (value, given, context, name) => run(value, bind(name, parameters, given), context),
  };
}

export function refusedFilter(reason: string): Filter {
  return {
    summary: reason,
    refused: reason,
    apply: (_value, _given, _context, name) => {
      throw templateError(`the filter '${name}' is not supported: ${reason}`);
    },
  };
}

export function test<const Names extends readonly string[]>(
  summary: string,
  parameters: Names,
  holds: (value: Value, args: Bound<Names>, context: Context) => boolean,
): Test {
  return {
    summary,
    parameters,
    holds: (value, given, context, name) => holds(value, bind(name, parameters, given), context),
  };
}

export function lookup(summary: string, find: Lookup["find"]): Lookup {
  return { summary, find };
}

export function refusedLookup(reason: string): Lookup {
  return {
    summary: reason,
    refused: reason,
    find: () => {
      throw templateError(reason);
    },
  };
}
