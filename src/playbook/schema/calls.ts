/** What may stand behind a module's name: its options, its free form, a template for all of them. */

import type { Option, Options } from "../../modules/modules.ts";
import { includeOptions } from "../include-options.ts";
import { type JsonSchema, only, refusing, template } from "./json-schema.ts";
import { optionSchema } from "./values.ts";

/** What the schema tells of a module, ours or one of those that shape a playbook. */
export interface Described {
  readonly name: string;
  readonly options: Options;
  readonly summary?: string;
  readonly wayBack?: string;
  readonly freeForm?: string;
  readonly anyOption?: boolean;
  readonly aliases?: readonly string[];
}

const structuralSummaries: Readonly<Record<string, string>> = {
  include_tasks: "Run the tasks of a file, read when a host reaches it",
  import_tasks: "Run the tasks of a file, read when the playbook is loaded",
  include_role: "Run a role, read when a host reaches it",
  import_role: "Run a role, read when the playbook is loaded",
};

/** Includes and imports of tasks and roles, described as modules are. */
export const structuralModules: readonly Described[] = Object.values(includeOptions).map((each) => ({
  ...each,
  summary: structuralSummaries[each.name] ?? "",
}));

/** Every name that a module goes by: its own, its aliases, and both of one word with `ansible.builtin.` before them. */
export function namesOf({ name, aliases = [] }: Described): string[] {
  const short = [name, ...aliases];
  return [...short, ...short.filter((each) => !each.includes(".")).map((each) => `ansible.builtin.${each}`)];
}

/** The arguments of a module, as they stand behind its name or in `args`. None is demanded: `module_defaults` around it, which may
 *  stand in another file, may give it. */
export function callSchema(module: Described): JsonSchema {
  const { summary, wayBack, options, freeForm, anyOption = false } = module;
  const held = Object.entries(options).filter(([, option]) => option.refused === undefined);
  const properties = held.flatMap(([name, option]) => spelled(name, option));
  return {
    description: [summary, wayBack && `Way back: ${wayBack}`].filter(Boolean).join("\n\n"),
    type: ["object", "string", "null"],
    properties: {
      ...Object.fromEntries(properties),
      ...(freeForm ? { _raw_params: { type: "string", doNotSuggest: true } } : {}),
      ...Object.fromEntries(refusedNames(options).map((name) => [name, { doNotSuggest: true }])),
    },
    additionalProperties: anyOption,
    ...allOf(refusals(options)),
    ...(freeForm ? {} : { pattern: `=|^\\s*$|${template.source}`, patternErrorMessage: "Wanted options" }),
  };
}

function allOf(schemas: readonly JsonSchema[]): object {
  return schemas.length > 0 ? { allOf: schemas } : {};
}

/** An option under its name and, unsuggested, under its aliases. */
function spelled(name: string, option: Option): [string, JsonSchema][] {
  const schema = optionSchema(option);
  const other = { ...schema, description: `As ${name}: ${option.help}`, doNotSuggest: true };
  return [[name, schema], ...(option.aliases ?? []).map((alias): [string, JsonSchema] => [alias, other])];
}

function refusedNames(options: Options): string[] {
  return Object.entries(options).flatMap(([name, { refused, aliases = [] }]) =>
    refused ? [name, ...aliases] : [],
  );
}

/** Options that are refused with the same words share a schema. */
function refusals(options: Options): JsonSchema[] {
  const byReason = Map.groupBy(Object.entries(options), ([, { refused }]) => refused);
  return [...byReason].flatMap(([reason, those]) =>
    reason === undefined
      ? []
      : [refusing(refusedNames(Object.fromEntries(those)), `kmend does not have it: ${reason}`)],
  );
}

/** `action` and `local_action`: a module by its name, its arguments in the same text or beside `module`. */
export function actionSchema(
  description: string,
  modules: readonly Described[],
  foreign: readonly string[],
): JsonSchema {
  const names = modules.flatMap((module) => namesOf(module)).map((name) => name.replaceAll(".", "\\."));
  const known = `^\\s*(?:ansible\\.legacy\\.)?(?:${names.join("|")})(?:\\s|$)`;
  const elsewhere = foreign.map((each) => each.replace(/^\^/, "^\\s*").replace(/\$$/, "(?:\\s|$)"));
  const named = {
    type: "string",
    pattern: [known, ...elsewhere].join("|"),
    errorMessage: "There is no such module",
  };
  return {
    ...named,
    description,
    type: ["string", "object"],
    required: ["module"],
    properties: { module: named },
    allOf: modules.filter(({ anyOption }) => !anyOption).map((module) => beside(module)),
  };
}

/** The options that stand beside `module: NAME`. */
function beside(module: Described): JsonSchema {
  const names = namesOf(module).map((name) => name.replaceAll(".", "\\."));
  const options = Object.entries(module.options).flatMap(([name, { refused, aliases = [] }]) =>
    refused ? [] : [name, ...aliases],
  );
  return {
    if: {
      type: "object",
      properties: { module: { pattern: `^\\s*(?:ansible\\.legacy\\.)?(?:${names.join("|")})(?:\\s|$)` } },
      required: ["module"],
    },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema has it so
    then: only(["module", "_raw_params", ...options], `${module.name} has no such option`),
  };
}
