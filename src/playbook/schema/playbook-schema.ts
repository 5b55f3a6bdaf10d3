/** A JSON Schema (draft-07) of the playbook language for editors, made from the tables that the loader itself goes by. It is
 *  never stricter than a run that goes well, but for forms that only accidents write (a mapping where text is wanted). */

import type { Module } from "../../modules/modules.ts";
import { lookups } from "../../template/template.ts";
import { nameText } from "../form-patterns.ts";
import {
  formerKeywords,
  type Keyword,
  keywords,
  keywordsOf,
  loopControls,
  promptKeywords,
} from "../keywords.ts";
import { importKeywords } from "../read-play.ts";
import { callSchema, structuralModules } from "./calls.ts";
import { type JsonSchema, only, refusing } from "./json-schema.ts";
import { defaultsDefinitions } from "./module-defaults.ts";
import { actionDefinition, handlerSchema, taskSchema } from "./tasks.ts";
import { keywordSchema } from "./values.ts";

/** What a file holds: a playbook, or a list of tasks or handlers, as roles keep them and includes name them. */
export type SchemaKind = "playbook" | "tasks" | "handlers";

export const schemaKinds: readonly SchemaKind[] = ["playbook", "tasks", "handlers"];

/** The schema of one kind of file. @param modules every module that tasks may name */
export function playbookSchema(kind: SchemaKind, modules: readonly Module[]): object {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    ...(kind === "playbook" ? listOf("play", { type: "array", minItems: 1 }) : listOf(singular[kind])),
    definitions: {
      ...(kind === "playbook" ? { play: play(), roles: listOf("role"), role: role(), prompts } : {}),
      tasks: listOf("task"),
      handlers: listOf("handler"),
      task: taskSchema,
      handler: handlerSchema({ modules, lookups }),
      action: actionDefinition(modules),
      vars,
      ...defaultsDefinitions(modules),
      loop_control: mapping(loopControls),
      ...Object.fromEntries([...structuralModules, ...modules].map((each) => [each.name, callSchema(each)])),
    },
  };
}

const singular = { tasks: "task", handlers: "handler" } as const;

function listOf(
  name: string,
  more: object = { type: ["array", "null"] },
): { readonly [key: string]: unknown } {
  return { ...more, items: { $ref: `#/definitions/${name}` } };
}

function play(): JsonSchema {
  const words = keywordsOf("play");
  const refused = words.filter((word) => keywords[word]?.refused);
  const imports = ["import_playbook", "ansible.builtin.import_playbook"];
  const former = Object.keys(formerKeywords);
  const held = Object.entries(keywords).filter(([word]) => words.includes(word) && !refused.includes(word));
  return {
    type: "object",
    properties: {
      ...Object.fromEntries(held.map(([word, keyword]) => [word, keywordSchema(word, keyword)])),
      ...Object.fromEntries(imports.map((word) => [word, imported])),
      // Only where a playbook is imported: the branch below refuses it elsewhere.
      ...Object.fromEntries([...refused, ...former, "when"].map((word) => [word, { doNotSuggest: true }])),
    },
    patternProperties: { "^ansible\\.legacy\\.import_playbook$": imported },
    additionalProperties: false,
    allOf: [
      ...refused.map((word) => refusing([word], `kmend does not have it: ${keywords[word]?.refused}`)),
      ...former.map((word) => refusing([word], `Gone from the language: ${formerKeywords[word]}`)),
      {
        if: { anyOf: imports.map((word) => ({ required: [word] })) },
        // biome-ignore lint/suspicious/noThenProperty: JSON Schema has it so
        then: only([...importKeywords, ...imports], "Not on import_playbook"),
        else: {
          allOf: [
            { required: ["hosts"], errorMessage: "A play says where it runs, as in `hosts: all`" },
            refusing(
              ["when"],
              "Not on a play: it belongs on a role, a block, a task, an include or an import",
            ),
          ],
        },
      },
    ],
  };
}

const imported: JsonSchema = {
  description: "Run the plays of another playbook",
  type: "string",
  minLength: 1,
};

/** A role's name, or its keywords; any other key is a parameter of the role. */
function role(): JsonSchema {
  const held = Object.entries(keywords).filter(([, { on, refused }]) => on.includes("role") && !refused);
  return {
    type: ["string", "object"],
    minLength: 1,
    properties: Object.fromEntries(held.map(([word, keyword]) => [word, keywordSchema(word, keyword)])),
    anyOf: ["role", "name"].map((word) => ({ required: [word], errorMessage: "A role has a name" })),
  };
}

/** `vars`: a mapping, or a list of them. */
const vars: JsonSchema = {
  type: ["object", "array", "null"],
  propertyNames: {
    pattern: nameText.source,
    errorMessage: "A variable's name has letters, digits and _, and starts with no digit",
  },
  items: { type: "object" },
};

function mapping(words: Readonly<Record<string, Pick<Keyword, "form" | "help">>>): {
  readonly [key: string]: unknown;
} {
  return {
    type: ["object", "null"],
    properties: Object.fromEntries(
      Object.entries(words).map(([word, keyword]) => [word, keywordSchema(word, keyword)]),
    ),
    additionalProperties: false,
  };
}

const prompt: JsonSchema = { ...mapping(promptKeywords), required: ["name"] };
const prompts: JsonSchema = { ...prompt, type: ["array", "object"], items: { ...prompt, type: "object" } };
