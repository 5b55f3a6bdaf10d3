/** How a value is written in YAML, for each form of a keyword and each type of an option. */

import {
  boolWords,
  intText,
  type Option,
  type OptionType,
  octalMode,
  symbolicMode,
} from "../../modules/modules.ts";
import { batchText, countText, nameText, numberText } from "../form-patterns.ts";
import type { Form, Keyword } from "../keywords.ts";
import { anyCase, type JsonSchema, orTemplate, template } from "./json-schema.ts";

type Typed = Exclude<JsonSchema, boolean>;

const scalar = ["string", "number", "boolean", "null"];
const text: Typed = { type: scalar };

const bool: Typed = {
  type: ["boolean", "string", "integer", "null"],
  minimum: 0,
  maximum: 1,
  pattern: orTemplate(new RegExp(`^\\s*(?:${boolWords.map(anyCase).join("|")})\\s*$`)),
  errorMessage: "Wanted true or false",
};

/** Anything that text of it must fit, numbers as they are. */
function numeric(pattern: RegExp, errorMessage: string, more: Typed = {}): Typed {
  return { type: ["number", "string", "null"], pattern: orTemplate(pattern), errorMessage, ...more };
}

const forms: Readonly<Record<Form, Typed>> = {
  bool,
  number: numeric(numberText, "Wanted a number"),
  count: numeric(countText, "Wanted a whole number, 0 or more", { minimum: 0, multipleOf: 1 }),
  text,
  name: { type: ["string", "null"], pattern: nameText.source, errorMessage: "Wanted a variable's name" },
  batches: listOr(numeric(batchText, "Wanted a number, a percentage, or a list of them")),
  condition: listOr(text),
  texts: listOr(text),
  tags: listOr(text),
  dict: { type: ["object", "null"] },
  dicts: {
    type: ["object", "array", "string", "null"],
    pattern: template.source,
    items: { type: ["object", "string"] },
  },
  tasks: { $ref: "#/definitions/tasks" },
  roles: { $ref: "#/definitions/roles" },
  rollback: { anyOf: [{ enum: ["none"] }, { $ref: "#/definitions/handlers" }], not: { type: "null" } },
  any: {},
};

function listOr(one: Typed): Typed {
  return { ...one, type: [...new Set([...(one["type"] as string[]), "array"])], items: one };
}

/** Keywords that a form says too little of. */
const closer: Readonly<Record<string, Typed>> = {
  always: { $ref: "#/definitions/handlers" },
  args: { type: ["object", "string", "null"], pattern: template.source },
  block: { $ref: "#/definitions/handlers" },
  handlers: { $ref: "#/definitions/handlers" },
  hosts: listOr({ type: ["string", "number"] }),
  loop: { type: ["array", "string", "null"], errorMessage: "Wanted a list" },
  loop_control: { $ref: "#/definitions/loop_control" },
  module_defaults: { $ref: "#/definitions/module_defaults" },
  rescue: { $ref: "#/definitions/handlers" },
  vars: { $ref: "#/definitions/vars" },
  vars_files: listOr(listOr({ type: ["string", "null"] })),
  vars_prompt: { type: ["array", "object", "null"], $ref: "#/definitions/prompts" },
};

/** A keyword's value. */
export function keywordSchema(name: string, keyword: Described): Typed {
  const { form, choices, help, isOurs } = keyword;
  const description = isOurs ? `${help} (kmend's own)` : help;
  if (choices) {
    const longer = choices.map((choice) => `ansible.builtin.${choice}`);
    return { description, ...chosen(choices, longer) };
  }
  return { description, ...(closer[name] ?? forms[form]) };
}

type Described = Pick<Keyword, "form" | "help"> & Partial<Pick<Keyword, "choices" | "isOurs">>;

/** One of a few words, or a template. `prefixed` are longer names of the same. */
function chosen(choices: readonly string[], prefixed: readonly string[] = []): Typed {
  const errorMessage = `Wanted ${choices.join(", ")}`;
  const longer = new RegExp(
    `^(?:${prefixed.map((each) => each.replaceAll(".", "\\.")).join("|") || "(?!)"})$`,
  );
  const untexted = choices.flatMap((choice) => asYamlReads(choice));
  return {
    anyOf: [
      { enum: choices, errorMessage },
      { type: ["string", "null"], pattern: orTemplate(longer), errorMessage },
      ...(untexted.length > 0 ? [{ enum: untexted, errorMessage }] : []),
    ],
  };
}

/** A choice such as `yes` or `1` is no text where nobody quotes it. */
function asYamlReads(choice: string): (boolean | number)[] {
  if (/^(?:yes|on|true)$/.test(choice)) return [true];
  if (/^(?:no|off|false)$/.test(choice)) return [false];
  return /^\d+$/.test(choice) ? [Number(choice)] : [];
}

const types: Readonly<Record<OptionType, Typed>> = {
  str: text,
  path: text,
  bool,
  int: numeric(within(intText), "Wanted a whole number", { multipleOf: 1 }),
  float: numeric(/^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/, "Wanted a number"),
  list: { type: ["array", "string", "number", "null"] },
  dict: { type: ["object", "string", "null"] },
  mode: {
    type: ["integer", "string", "null"],
    pattern: orTemplate(
      new RegExp([octalMode, /^preserve$/, symbolicMode].map(({ source }) => source).join("|")),
    ),
    errorMessage: "Wanted permissions: quoted octal digits, or words such as u=rw,go=r",
  },
  raw: {},
};

/** Blanks around it count for nothing. */
function within(pattern: RegExp): RegExp {
  return new RegExp(pattern.source.replace(/^\^/, "^\\s*").replace(/\$$/, "\\s*$"));
}

/** An option's value. */
export function optionSchema({ type, elements, choices, default: given, help }: Option): Typed {
  const one = choices ? chosen(choices) : types[type === "list" ? (elements ?? "raw") : type];
  const description =
    given === undefined || given === "" ? help : `${help} (default: ${JSON.stringify(given)})`;
  return { description, ...(type === "list" ? { ...types.list, items: one } : one) };
}
