/**
 * Reads YAML and renders templates: what a playbook's text means.
 *
 * Words: a **value** has one of Python's types (values.ts says how each is held here); a **template** is a text with
 * `{{ }}`, `{% %}` or `{# #}`; a **scope** is the variables that a template sees, a **layer** one source of them.
 * Must: what a host said is never rendered as a template. Must: nothing but a KmendError leaves this room.
 * Should: rendering asks neither network nor clock but through the Templar's options; only lookups/ reads files.
 */

export { fromExactJson, toExactJson } from "./exact-json.ts";
export { filters } from "./filters/filters.ts";
export { lookups } from "./lookups/lookups.ts";
export type { Arguments } from "./python/arguments.ts";
export { arithmetic, type Operator } from "./python/arithmetic.ts";
export { asKey, compare, contains, equal, truthy } from "./python/compare.ts";
export { looseBoolean } from "./python/convert.ts";
export { fromJsonText } from "./python/from-json-text.ts";
export { type JsonLayout, toJsonText } from "./python/json-text.ts";
export { literal } from "./python/literal.ts";
export { lazyDict, type Source, toDict } from "./python/mapping.ts";
export { pythonRegex, replacement } from "./python/regex.ts";
export { iterate, lengthOf } from "./python/sequence.ts";
export { repr, str, typeName } from "./python/text.ts";
export { globals } from "./scope/globals.ts";
export { isTemplate } from "./scope/is-template.ts";
export { didYouMean, nearest, nearestFirst } from "./scope/nearest.ts";
export { isOmitted, OMIT, withoutOmitted } from "./scope/omitted.ts";
export { type Layer, Layers, type Scope } from "./scope/scope.ts";
export {
  type CallOptions,
  type LookupContext,
  Templar,
  type TemplarOptions,
  type TextOptions,
} from "./scope/templar.ts";
export { type TextSettings, textSettings } from "./scope/text-settings.ts";
export { tests } from "./tests/tests.ts";
export { textsIn } from "./texts-in.ts";
export * from "./values.ts";
export { readVariables } from "./yaml/read-variables.ts";
export { readYaml, readYamlAll } from "./yaml/read-yaml.ts";
export { writeYaml, type YamlLayout } from "./yaml/write-yaml.ts";
export {
  toValue,
  type YamlDocument,
  type YamlEntry,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
  type YamlSeq,
} from "./yaml/yaml-nodes.ts";
