/** From what a playbook wrote to a module's typed arguments, by its option table. */

import { Dict, type Value } from "../template/values.ts";
import { asText, CannotCoerce, coerce } from "./coerce.ts";
import { type Module, TaskFailed } from "./module.ts";
import { nearest } from "./nearest.ts";
import type { Option } from "./options.ts";

/** The typed arguments: every option of the table is a key, what was not given is undefined or its default.
 *  Templates are already rendered and `omit` is already dropped. @throws TaskFailed in one sentence. */
// biome-ignore lint/suspicious/noExplicitAny: each module knows the type of its own arguments
export function parseArguments(module: Module, given: Dict, free?: string): any {
  const values = gather(module, given, free);
  const args: Record<string, unknown> = {};
  const missing: string[] = [];
  for (const [name, option] of Object.entries(module.options)) {
    const value = values.get(name);
    if (value !== undefined && value !== null) args[name] = typed(module, name, option, value);
    else if (option.required && value === undefined) missing.push(name);
    else args[name] = option.default;
  }
  if (missing.length > 0) throw new TaskFailed(`missing required arguments: ${missing.join(", ")}`);
  if (module.kind === "host") module.validate?.(args);
  return args;
}

/** For a module that takes any name (`set_fact`): what was given beyond its table. */
export function extraArguments(module: Module, given: Dict): Dict {
  return Dict.from(given.entries().filter(([key]) => canonical(module, asText(key)) === undefined));
}

/** What is wrong with using this option of this module, in one sentence; null when it is fine. */
export function optionProblem(module: Module, name: string): string | null {
  const known = canonical(module, name);
  if (known === undefined) return module.anyOption ? null : unknownOption(module, name);
  const refused = module.options[known]?.refused;
  return refused ? `Option ${name} of ${module.name} is not supported: ${refused}` : null;
}

/** Every option by its canonical name, from the dictionary and the free form. */
function gather(module: Module, given: Dict, free: string | undefined): Dict {
  const values = new Dict();
  for (const [key, value] of given.entries()) {
    const written = asText(key);
    const problem = optionProblem(module, written);
    if (problem) throw new TaskFailed(problem);
    const name = canonical(module, written);
    if (name !== undefined) values.set(name, value);
  }
  // Its `key=value` words were taken out when the playbook was read: what a template put there is text.
  if (free !== undefined && module.freeForm) values.set(module.freeForm, free.trim());
  return values;
}

function canonical(module: Module, written: string): string | undefined {
  if (Object.hasOwn(module.options, written)) return written;
  return Object.entries(module.options).find(([, option]) => option.aliases?.includes(written))?.[0];
}

function unknownOption(module: Module, name: string): string {
  const guess = nearest(name, Object.keys(module.options));
  const way = guess ? `Did you mean ${guess}?` : `Supported parameters: ${supported(module)}`;
  return `Unsupported parameters for (${module.name}) module: ${name}. ${way}`;
}

function supported(module: Module): string {
  const names = Object.entries(module.options).filter(([, option]) => !option.refused);
  return names.map(([name]) => name).join(", ") || "none";
}

function typed(module: Module, name: string, option: Option, value: Value): unknown {
  const result = coerced(module, name, option, value);
  if (!option.choices) return result;
  const all = option.type === "list" ? (result as readonly unknown[]) : [result];
  const wrong = all.find((each) => !option.choices?.includes(String(each)));
  if (wrong !== undefined)
    throw new TaskFailed(`value of ${name} must be one of: ${option.choices.join(", ")}, got: ${wrong}`);
  return result;
}

function coerced(module: Module, name: string, option: Option, value: Value): unknown {
  // YAML reads a choice such as `yes` or `no` as a boolean; the table's words win.
  if (typeof value === "boolean" && option.choices && option.type === "str") {
    const words = value ? ["yes", "on", "true"] : ["no", "off", "false"];
    const word = option.choices.find((choice) => words.includes(choice));
    if (word) return word;
  }
  try {
    return coerce(value, option.type, option.elements);
  } catch (error) {
    if (!(error instanceof CannotCoerce)) throw error;
    const shown = option.secret ? "something else" : error.message;
    throw new TaskFailed(`argument ${name} of ${module.name} must be ${shown}`);
  }
}
