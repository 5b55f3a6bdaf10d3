/** The table of a module's options: what loading refuses, what help shows, and how text becomes a typed argument. */

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
