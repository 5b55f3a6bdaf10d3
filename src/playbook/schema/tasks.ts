/** One item of a list of tasks: a task, a block, an include or an import, each with the keys that the loader lets it have. */

import { formerKeywords, keywords, keywordsOf, type Owner } from "../keywords.ts";
import { shortNamesElsewhere } from "../known-elsewhere.ts";
import { actionSchema, type Described, namesOf, structuralModules } from "./calls.ts";
import { type JsonSchema, only, refusing } from "./json-schema.ts";
import { keywordSchema } from "./values.ts";

/** Modules that kmend does not have: their tasks load. Beyond those with one word, any name of three: a play's `collections` may
 *  bring every one. */
const foreign = [
  `^(?:ansible\\.(?:builtin|legacy)\\.)?(?:${shortNamesElsewhere.builtin.join("|")})$`,
  `^(?:${shortNamesElsewhere.moved.join("|")})$`,
  "^(?!ansible\\.(?:builtin|legacy)\\.|kmend\\.)[A-Za-z_]\\w*(?:\\.[A-Za-z_]\\w*)+$",
];

const anyLoop = "^with_.";

/** What lists of tasks need to know. */
export interface TaskParts {
  readonly modules: readonly Described[];
  /** Names of the lookups behind `with_X`, and what each gives. */
  readonly lookups: Readonly<Record<string, { readonly summary: string; readonly refused?: string }>>;
}

/** An item of a list of handlers. One of tasks is the same without `listen`; inside of blocks the two are not told apart. */
export function handlerSchema({ modules, lookups }: TaskParts): JsonSchema {
  const calls = [...structuralModules, ...modules];
  const owners: readonly Owner[] = ["handler", "block", "include", "import"];
  const words = [...new Set(owners.flatMap((each) => keywordsOf(each)))];
  const held = words.filter(
    (word) => !keywords[word]?.refused && word !== "action" && word !== "local_action",
  );
  const refused = words.filter((word) => keywords[word]?.refused);
  const former = Object.keys(formerKeywords);
  return {
    type: "object",
    properties: {
      ...Object.fromEntries(
        held.flatMap((word) => (keywords[word] ? [[word, keywordSchema(word, keywords[word])]] : [])),
      ),
      ...Object.fromEntries(calls.flatMap((call) => namesOf(call).map((name) => [name, reference(call)]))),
      ...Object.fromEntries(["action", "local_action"].map((word) => [word, action(word)])),
      ...Object.fromEntries(loops(lookups)),
      ...Object.fromEntries([...refused, ...former].map((word) => [word, { doNotSuggest: true }])),
    },
    patternProperties: {
      ...Object.fromEntries(calls.map((call) => [legacy(call), reference(call)])),
      [foreign.join("|")]: {
        description: "A module that kmend does not have: the task fails where it is reached",
      },
      [anyLoop]: {},
    },
    additionalProperties: false,
    dependencies: Object.fromEntries(
      calls.flatMap((call) => namesOf(call).map((name) => [name, { properties: { args: reference(call) } }])),
    ),
    allOf: [
      ...refused.map((word) => refusing([word], `kmend does not have it: ${keywords[word]?.refused}`)),
      ...former.map((word) => refusing([word], `Gone from the language: ${formerKeywords[word]}`)),
      kinds(words),
    ],
  };
}

/** An item of a list of tasks. */
export const taskSchema: JsonSchema = {
  allOf: [{ $ref: "#/definitions/handler" }, refusing(["listen"], "Not on a task: it belongs on a handler")],
};

function reference({ name }: Described): JsonSchema {
  return { $ref: `#/definitions/${name}` };
}

function legacy({ name, aliases = [] }: Described): string {
  const short = [name, ...aliases].filter((each) => !each.includes("."));
  return `^ansible\\.legacy\\.(?:${short.join("|") || "(?!)"})$`;
}

function action(word: string): JsonSchema {
  return { description: keywords[word]?.help ?? "", $ref: "#/definitions/action" };
}

/** `action` and `local_action` share a definition. */
export function actionDefinition(modules: readonly Described[]): JsonSchema {
  return actionSchema("Name the module and its arguments in one", modules, foreign);
}

function loops(lookups: TaskParts["lookups"]): [string, JsonSchema][] {
  return Object.entries(lookups).flatMap(([name, { summary, refused }]): [string, JsonSchema][] =>
    refused
      ? []
      : [[`with_${name}`, { description: `Run the task once for each of: ${summary.toLowerCase()}` }]],
  );
}

/** What an item is shows by one key; the others must fit it. */
function kinds(words: readonly string[]): JsonSchema {
  const [includes, imports] = ["include_", "import_"].map((kind) =>
    structuralModules.filter(({ name }) => name.startsWith(kind)).flatMap((each) => namesOf(each)),
  ) as [string[], string[]];
  return firstOf(
    [["block"], only(keywordsOf("block"), "Not on a block")],
    [includes, only([...keywordsOf("include"), ...includes], "Not on an include", anyLoop)],
    [imports, only([...keywordsOf("import"), ...imports, "args", "loop_control"], "Not on an import")],
    [
      null,
      {
        allOf: [refusing(["rescue", "always"], "There is no block beside it"), naming(words)],
      },
    ],
  );
}

function firstOf(...[first, ...rest]: (readonly [readonly string[] | null, JsonSchema])[]): JsonSchema {
  if (!first) return true;
  const [keys, schema] = first;
  if (keys === null) return schema;
  return {
    if: { anyOf: keys.map((key) => ({ required: [key] })) },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema has it so
    then: schema,
    else: firstOf(...rest),
  };
}

/** A task whose keys are all keywords names no module. */
function naming(words: readonly string[]): JsonSchema {
  const silent = words.filter((word) => word !== "action" && word !== "local_action");
  return {
    if: { propertyNames: { pattern: `^(?:${silent.join("|")})$|${anyLoop}` } },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema has it so
    then: { required: ["action"], errorMessage: "A task names a module, as in `command: uptime`" },
  };
}
