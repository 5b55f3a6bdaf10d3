/** Filters that write and read JSON and YAML. */

import { type Filter, filter } from "../define.ts";
import { asCount, asFlag, onlyText } from "../python/convert.ts";
import { templateError } from "../python/failure.ts";
import { fromJsonText } from "../python/from-json-text.ts";
import { toJsonText } from "../python/json-text.ts";
import { toDict } from "../python/mapping.ts";
import { isObject } from "../python/py-object.ts";
import { Dict, isList, type Key, Tuple, type Value } from "../values.ts";
import { readYamlAll } from "../yaml/read-yaml.ts";
import { writeYaml } from "../yaml/write-yaml.ts";
import { toValue } from "../yaml/yaml-nodes.ts";

const jsonParameters = [
  "indent",
  "sort_keys",
  "ensure_ascii",
  "separators",
  "vault_to_text",
  "preprocess_unsafe",
] as const;
const yamlParameters = [
  "indent",
  "width",
  "sort_keys",
  "default_flow_style",
  "allow_unicode",
  "explicit_start",
  "explicit_end",
] as const;

export const dataFilters: Readonly<Record<string, Filter>> = {
  to_json: filter("The value as JSON", jsonParameters, (value, args) => {
    const [item, key] = isList(args.separators)
      ? args.separators
      : args.separators instanceof Tuple
        ? args.separators.items
        : [];
    return toJsonText(expanded(value), {
      sortKeys: asFlag(args.sort_keys, false),
      ensureAscii: asFlag(args.ensure_ascii, true),
      ...(args.indent === undefined || args.indent === null ? {} : { indent: asCount(args.indent, 0) }),
      ...(item === undefined || key === undefined
        ? {}
        : { separators: [onlyText(item, "a separator"), onlyText(key, "a separator")] }),
    });
  }),
  to_nice_json: filter("The value as JSON over many lines, keys sorted", jsonParameters, (value, args) =>
    toJsonText(expanded(value), {
      indent: asCount(args.indent, 4),
      sortKeys: asFlag(args.sort_keys, true),
      ensureAscii: asFlag(args.ensure_ascii, true),
    }),
  ),
  tojson: filter("The value as JSON that is safe inside HTML", ["indent"], (value, { indent }) =>
    toJsonText(expanded(value), {
      sortKeys: true,
      ...(indent === undefined || indent === null ? {} : { indent: asCount(indent, 0) }),
    })
      .replaceAll("<", "\\u003c")
      .replaceAll(">", "\\u003e")
      .replaceAll("&", "\\u0026")
      .replaceAll("'", "\\u0027"),
  ),
  from_json: filter("JSON as a value", [], (value) =>
    typeof value === "string" ? fromJsonText(value) : value,
  ),
  to_yaml: filter("The value as YAML", yamlParameters, (value, args) => yaml(value, args, undefined)),
  to_nice_yaml: filter("The value as YAML, one item a line", yamlParameters, (value, args) =>
    yaml(value, { ...args, default_flow_style: args.default_flow_style ?? false }, 4),
  ),
  from_yaml: filter("YAML as a value", [], (value) => {
    if (typeof value !== "string") return value;
    const documents = readYamlAll(value, "from_yaml");
    if (documents.length > 1) throw templateError("expected a single document in the stream");
    return documents[0]?.root ? toValue(documents[0].root) : null;
  }),
  from_yaml_all: filter("YAML of many documents as a list", [], (value) => {
    if (typeof value !== "string") return value;
    return readYamlAll(value, "from_yaml_all").map(({ root }) => (root ? toValue(root) : null));
  }),
};

type YamlArguments = { readonly [Name in (typeof yamlParameters)[number]]: Value | undefined };

function yaml(value: Value, args: YamlArguments, indent: number | undefined): string {
  const flow = args.default_flow_style;
  const isBlock = flow !== undefined && flow !== null && !asFlag(flow, false);
  return writeYaml(expanded(value), {
    indent: asCount(args.indent, indent ?? 2),
    width:
      args.width === undefined || args.width === null
        ? 80
        : Number(args.width instanceof Object ? 80 : args.width),
    sortKeys: asFlag(args.sort_keys, true),
    flow: flow === undefined || flow === null ? "leaves" : isBlock ? "never" : "always",
    allowUnicode: asFlag(args.allow_unicode, true),
    explicitStart: asFlag(args.explicit_start, false),
    explicitEnd: asFlag(args.explicit_end, false),
  });
}

/** Lazy dicts as plain ones, as far as a writer may meet them. */
function expanded(value: Value): Value {
  if (isObject(value)) return toDict(value) ?? (value.text() as Value);
  if (isList(value)) return value.some((item) => typeof item === "object") ? value.map(expanded) : value;
  if (value instanceof Dict)
    return Dict.from(value.entries().map(([key, item]): [Key, Value] => [key, expanded(item)]));
  return value;
}
