/** `loop`, `with_X` and `loop_control`. */

import { nearest } from "../modules/modules.ts";
import { toValue, type YamlEntry } from "../template/template.ts";
import { checkForm, type Fields, located } from "./fields.ts";
import { loopControls } from "./keywords.ts";
import type { Loading } from "./loading.ts";
import type { Located, Loop } from "./playbook-types.ts";

/** The task's loop, if it has one; two of them are noted. */
export function readLoop(fields: Fields, withs: readonly YamlEntry[], loading: Loading): Loop | undefined {
  const items = located(fields, "loop");
  const [first, second] = withs;
  const extra = items ? first : second;
  if (extra)
    loading.error(
      "two-loops",
      `Cannot read "${extra.key.text}": the task has another loop already`,
      extra.key.place,
    );
  const control = readControl(fields, loading);
  if (items) {
    const node = fields.get("loop")?.node;
    if (node?.kind === "map")
      loading.error(
        "wrong-form",
        `Cannot read "loop": it is a mapping, wanted a list`,
        node.place,
        "Make a list of it with `dict2items`.",
      );
    return { kind: "loop", items, control };
  }
  if (first) {
    const lookup = first.key.text.slice("with_".length);
    return {
      kind: { lookup },
      items: { value: toValue(first.value), place: first.value.place },
      control,
    };
  }
  const alone = fields.get("loop_control");
  if (alone)
    loading.warn("control-without-loop", `"loop_control" does nothing: the task has no loop`, alone.place);
  return undefined;
}

function readControl(fields: Fields, loading: Loading): Loop["control"] {
  const node = fields.get("loop_control")?.node;
  const found: Record<string, Located> = {};
  for (const { key, value } of node?.kind === "map" ? node.entries : []) {
    const control = loopControls[key.text];
    if (!control) {
      const guess = nearest(key.text, Object.keys(loopControls));
      loading.error(
        "unknown-keyword",
        `Cannot use "${key.text}" in loop_control: there is no such keyword`,
        key.place,
        guess && `Did you mean "${guess}"?`,
      );
    } else if (checkForm(key.text, control.form, value, loading)) {
      const name = key.text.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
      found[name] = { value: toValue(value), place: value.place };
    }
  }
  return found as Loop["control"];
}
