/** What a YAML source holds: nodes that know where they stand. */

import type { Place, Problem } from "../../problem/problem.ts";
import { Dict, type Key, Unsafe, type Value } from "../values.ts";

export interface YamlScalar {
  readonly kind: "scalar";
  readonly place: Place;
  /** Folded and unescaped, before typing. */
  readonly text: string;
  readonly style: "plain" | "quoted" | "block";
  /** `!unsafe`, `!vault`; the tags of YAML itself are already applied to `value`, as `!vault` is. */
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
  /** The whole file was encrypted. */
  readonly wasEncrypted: boolean;
  /** Absent when the document is empty. */
  readonly root?: YamlNode;
  /** Duplicate keys. */
  readonly warnings: readonly Problem[];
}

/** The node's value with Python's types: `!unsafe` text becomes Unsafe, `!vault` is Encrypted. */
export function toValue(node: YamlNode, unsafe = node.tag === "!unsafe"): Value {
  const isUnsafe = unsafe || node.tag === "!unsafe";
  if (node.kind === "scalar") {
    return isUnsafe && typeof node.value === "string" ? new Unsafe(node.value) : node.value;
  }
  if (node.kind === "seq") return node.items.map((item) => toValue(item, isUnsafe));
  return Dict.from(node.entries.map(({ key, value }) => [key.value as Key, toValue(value, isUnsafe)]));
}
