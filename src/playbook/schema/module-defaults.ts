/** `module_defaults`: each module's options below its name. Whether a value fits is the task's to say, which may give another. */

import { actionGroups } from "../module-defaults.ts";
import { type Described, namesOf } from "./calls.ts";
import { type JsonSchema, template } from "./json-schema.ts";

/** The definition of `module_defaults`, and that of each module's below it. */
export function defaultsDefinitions(modules: readonly Described[]): Readonly<Record<string, JsonSchema>> {
  const names = modules.flatMap((module) => namesOf(module).map((name) => [name, reference(module.name)]));
  const groups = Object.keys(actionGroups).map((name) => [name, held]);
  return {
    module_defaults: {
      description: "Give modules default arguments",
      type: ["object", "array", "null"],
      properties: Object.fromEntries([...names, ...groups]),
      // Of modules that are not here nothing is known.
      additionalProperties: held,
      items: reference(),
    },
    ...Object.fromEntries(modules.map((module) => [key(module.name), options(module)])),
  };
}

/** A template may stand for all options of a module. */
const held = { type: ["object", "string"], pattern: template.source };

function key(name?: string): string {
  return name === undefined ? "module_defaults" : `module_defaults.${name}`;
}

function reference(name?: string): JsonSchema {
  return { $ref: `#/definitions/${key(name)}` };
}

function options({ options, freeForm, anyOption = false }: Described): JsonSchema {
  const quiet = { doNotSuggest: true };
  const known = Object.entries(options).flatMap(([name, { refused, aliases = [] }]) =>
    refused ? [] : [[name, {}], ...aliases.map((alias) => [alias, quiet])],
  );
  return {
    ...held,
    properties: Object.fromEntries([...known, ...(freeForm ? [["_raw_params", quiet]] : [])]),
    additionalProperties: anyOption,
  };
}
