/** Shows a message or a variable (Ansible's `debug`). */

import { Dict, Undefined, type Value } from "../template/values.ts";
import { type ControllerModule, TaskFailed } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  msg: { type: "raw", help: "Show this; by default a greeting" },
  var: { type: "str", help: "Show what this variable or expression is" },
  verbosity: { type: "int", default: 0, help: "Show it only with as many -v" },
} as const satisfies Options;

export const debug: ControllerModule<ArgumentsOf<typeof options>> = {
  kind: "controller",
  name: "debug",
  summary: "Show a message or a variable",
  options,
  wayBack: "Nothing to take back: it touches no host.",
  examples: `- debug: {msg: "{{ inventory_hostname }} leaks {{ kmem.per_pod }} ids a pod"}
- debug: {var: kmem}`,
  act: ({ msg, var: name, verbosity }, { setting, evaluate }) => {
    if (msg !== undefined && name !== undefined)
      throw new TaskFailed("'msg' and 'var' are incompatible options");
    if ((setting.verbosity ?? 0) < verbosity)
      return { result: Dict.of({ skipped: true, skipped_reason: "Verbosity threshold not met." }) };
    if (name === undefined) return { result: Dict.of({ changed: false, msg: msg ?? "Hello world!" }) };
    return { result: Dict.of({ changed: false, [name]: shown(name, evaluate) }) };
  },
};

function shown(name: string, evaluate: (expression: string) => Value): Value {
  try {
    const value = evaluate(name);
    return value instanceof Undefined ? notDefined : value;
  } catch (error) {
    if ((error as { code?: unknown }).code === "undefined-variable") return notDefined;
    throw error;
  }
}

const notDefined = "VARIABLE IS NOT DEFINED!";
