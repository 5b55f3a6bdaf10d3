/** The table of a module's options: what loading refuses, what help shows, and how text becomes a typed argument. */

import type { Dict, Value } from "../template/values.ts";

export type OptionType = "str" | "path" | "bool" | "int" | "float" | "list" | "dict" | "raw" | "mode";

export interface Option {
  readonly type: OptionType;
  /** For lists: the type of their elements. */
  readonly elements?: OptionType;
  readonly required?: boolean;
  readonly default?: unknown;
  readonly choices?: readonly string[];
  readonly aliases?: readonly string[];
  /** Never shown, logged or journaled. */
  readonly secret?: boolean;
  /** Known to Ansible, refused here by name with this sentence. */
  readonly refused?: string;
  /** One line, an order without a full stop. */
  readonly help: string;
}

export type Options = Readonly<Record<string, Option>>;

/** Permission bits, or Ansible's words for them: `u+x,go-w`, `preserve`. */
export type Mode = number | string;

interface Typed {
  readonly str: string;
  readonly path: string;
  readonly bool: boolean;
  readonly int: number;
  readonly float: number;
  readonly list: readonly Value[];
  readonly dict: Dict;
  readonly raw: Value;
  readonly mode: Mode;
}

type TypeOf<O extends Option> = O extends { type: "list"; elements: infer E extends OptionType }
  ? readonly Typed[E][]
  : O extends { choices: readonly (infer C extends string)[]; type: "str" }
    ? C
    : Typed[O["type"]];

type Given<O extends Option> = O extends { required: true } | { default: unknown } ? never : undefined;

/** The typed arguments of an option table: keys are Ansible's names, what was not given is undefined. */
export type ArgumentsOf<T extends Options> = {
  readonly [K in keyof T]: TypeOf<T[K]> | Given<T[K]>;
};
