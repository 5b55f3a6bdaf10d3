/** What a YAML source holds: nodes that know where they stand. */

import { exitCodes, KmendError, type Place, type Problem } from "../../problem/problem.ts";
import { Dict, type Key, Unsafe, type Value } from "../values.ts";

export interface YamlScalar {
  readonly kind: "scalar";
  readonly place: Place;
  /** Folded and unescaped, before typing. */
  readonly text: string;
  readonly style: "plain" | "quoted" | "block";
  /** `!unsafe`, `!vault`; the tags of YAML itself are already applied to `value`. */
  readonly tag?: string;
  readonly value: Value;
}

export interface YamlSeq {
  readonly kind: "seq";
  readonly place: Place;
  readonly tag?: string;
  readonly items: readonly YamlNode[];
}

export interface YamlEntry {
  readonly key: YamlScalar;
  readonly value: YamlNode;
}

/** Merge keys are already merged, and of duplicate keys the last one is kept. */
export interface YamlMap {
  readonly kind: "map";
  readonly place: Place;
  readonly tag?: string;
  readonly entries: readonly YamlEntry[];
}

export type YamlNode = YamlScalar | YamlSeq | YamlMap;

export interface YamlDocument {
  readonly file: string;
  /** Absent when the document is empty. */
  readonly root?: YamlNode;
  /** Duplicate keys. */
  readonly warnings: readonly Problem[];
}

/** The node's value with Python's types: `!unsafe` text becomes Unsafe, `!vault` is refused at its place. */
export function toValue(node: YamlNode, unsafe = node.tag === "!unsafe"): Value {
  if (node.tag === "!vault" || node.tag === "!vault-encrypted") throw vaultProblem(node.place);
  const isUnsafe = unsafe || node.tag === "!unsafe";
  if (node.kind === "scalar") {
    return isUnsafe && typeof node.value === "string" ? new Unsafe(node.value) : node.value;
  }
  if (node.kind === "seq") return node.items.map((item) => toValue(item, isUnsafe));
  return Dict.from(node.entries.map(({ key, value }) => [key.value as Key, toValue(value, isUnsafe)]));
}

function vaultProblem(place: Place): KmendError {
  return new KmendError(
    {
      code: "vault-unsupported",
      message: "Cannot read a `!vault` value: encrypted values are not supported",
      place,
      hint: "Decrypt it before the run, or pass it with --extra-vars @FILE.",
    },
    exitCodes.parseError,
  );
}
