import type { Setting } from "../modules/modules.ts";
import { type ControllerModule, extraArguments } from "../modules/modules.ts";
import type { Dict } from "../template/template.ts";
import { type Result, resultOf } from "./result.ts";
import type { View } from "./variables.ts";

/** A module that acts on the controller or the play: what it changes there comes back as effects. */
export function runControllerModule(
  module: ControllerModule,
  // biome-ignore lint/suspicious/noExplicitAny: each module knows the type of its own arguments
  given: { readonly args: any; readonly given: Dict; readonly setting: Setting; readonly view: View },
): Result {
  const { templar } = given.view;
  const { result, effects } = module.act(given.args, {
    setting: given.setting,
    test: (expression) => templar.test(expression),
    evaluate: (expression) => templar.evaluate(expression),
    extra: extraArguments(module, given.given),
  });
  const values = result.copy();
  if (!values.has("changed")) values.set("changed", false);
  return resultOf(values, effects ? { effects } : {});
}
