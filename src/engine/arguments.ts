/** What a task gives its module, rendered: `module_defaults`, a dict from a template, the options, the free form. */

import { type Module, TaskFailed } from "../modules/modules.ts";
import { Dict, OMIT, str, type Value } from "../template/template.ts";
import { chain } from "./frame.ts";
import { at } from "./located.ts";
import type { PlannedTask } from "./plan.ts";
import type { View } from "./variables.ts";

export function finalArguments(
  plan: PlannedTask,
  module: Module,
  view: View,
): { readonly options: Dict; readonly free: string | undefined } {
  const { args } = plan.task;
  const options = new Dict();
  addAll(options, moduleDefaults(plan, module, view));
  if (args.template) {
    const { place, value } = args.template;
    const rendered = at(place, () => view.templar.render(value));
    if (!(rendered instanceof Dict))
      throw new TaskFailed("The arguments' template must give a dictionary", {}, place);
    addAll(options, rendered);
  }
  for (const [key, value] of args.options.entries()) {
    const place = args.places.get(String(key)) ?? args.place;
    const rendered = at(place, () => renderOption(module, String(key), value, view));
    if (rendered === OMIT) options.delete(key);
    else options.set(key, rendered);
  }
  const { free } = args;
  return { options, free: free ? at(free.place, () => str(view.templar.render(free.value))) : undefined };
}

/** Conditions and names of variables are the module's to evaluate, not text to render. */
function renderOption(module: Module, key: string, value: Value, view: View): Value {
  return bare.has(`${module.name}.${key}`) && !holdsTemplate(value) ? value : view.templar.render(value);
}

const bare = new Set(["assert.that", "debug.var"]);

function holdsTemplate(value: Value): boolean {
  return typeof value === "string" && value.includes("{{");
}

function moduleDefaults(plan: PlannedTask, module: Module, view: View): Dict {
  const defaults = new Dict();
  for (const { shared } of chain(plan.frame))
    for (const [key, value] of shared.moduleDefaults?.entries() ?? [])
      if (String(key).replace(/^ansible\.(builtin|legacy)\./, "") === module.name) {
        const rendered = view.templar.render(value);
        if (rendered instanceof Dict) addAll(defaults, rendered);
      }
  return defaults;
}

function addAll(into: Dict, from: Dict): void {
  for (const [key, value] of from.entries()) if (value !== OMIT) into.set(key, value);
}
