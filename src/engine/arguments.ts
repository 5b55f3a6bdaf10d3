/** What a task gives its module, rendered: `module_defaults`, a dict from a template, the options, the free form. */

import { type Module, TaskFailed } from "../modules/modules.ts";
import type { Place } from "../problem/problem.ts";
import { Dict, OMIT, str, type Value } from "../template/template.ts";
import { at } from "./located.ts";
import { defaultsFor } from "./module-defaults.ts";
import type { PlannedTask } from "./plan.ts";
import type { View } from "./variables.ts";

export function finalArguments(
  plan: PlannedTask,
  module: Module,
  view: View,
): { readonly options: Dict; readonly free: string | undefined } {
  const { args } = plan.task;
  const options = new Dict();
  for (const { value, places } of defaultsFor(plan, module, view))
    give(module, { ...value, places }, view, options);
  if (args.template) give(module, { ...args.template, places: args.places }, view, options);
  give(module, { value: args.options, place: args.place, places: args.places }, view, options);
  const { free } = args;
  return {
    options,
    free: free ? at(free.place, () => str(view.templar.render(free.value))) : defaultText(module, options),
  };
}

/** The free form as defaults can have it. */
function defaultText(module: Module, options: Dict): string | undefined {
  const text = module.freeForm ? options.get("_raw_params") : undefined;
  if (text === undefined) return undefined;
  options.delete("_raw_params");
  return str(text);
}

/** Options as the playbook has them: a mapping, a template that gives one, or nothing. */
interface Written {
  readonly value: Value;
  readonly place: Place;
  readonly places: ReadonlyMap<string, Place>;
}

/** Renders the options; those that are left out by `omit` go from what there was. */
function give(module: Module, { value, place, places }: Written, view: View, into: Dict): void {
  if (value === null) return;
  const isTemplate = !(value instanceof Dict);
  const written = isTemplate ? at(place, () => view.templar.render(value)) : value;
  if (!(written instanceof Dict))
    throw new TaskFailed("The template must give a dictionary of arguments", {}, place);
  for (const [key, each] of written.entries()) {
    const rendered = isTemplate
      ? each
      : at(places.get(String(key)) ?? place, () => renderOption(module, String(key), each, view));
    if (rendered === OMIT) into.delete(key);
    else into.set(key, rendered);
  }
}

/** Conditions and names of variables are the module's to evaluate, not text to render. */
function renderOption(module: Module, key: string, value: Value, view: View): Value {
  return bare.has(`${module.name}.${key}`) && !holdsTemplate(value) ? value : view.templar.render(value);
}

const bare = new Set(["assert.that", "debug.var"]);

function holdsTemplate(value: Value): boolean {
  return typeof value === "string" && value.includes("{{");
}
