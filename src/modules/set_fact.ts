/** Gives variables to the host, for the rest of the run (Ansible's `set_fact`). */

import { Dict, type Value } from "../template/values.ts";
import { asText } from "./coerce.ts";
import { type ControllerModule, TaskFailed } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  cacheable: { type: "bool", default: false, help: "Also make them facts" },
} as const satisfies Options;

export const setFact: ControllerModule<ArgumentsOf<typeof options>> = {
  kind: "controller",
  name: "set_fact",
  summary: "Give variables to the host, for the rest of the run",
  options,
  anyOption: true,
  wayBack: "Nothing to take back: it touches no host.",
  examples: `- set_fact: {kubelet_before: "{{ kubelet.stdout }}"}`,
  act: ({ cacheable }, { extra }) => {
    if (extra.size === 0)
      throw new TaskFailed(
        "No key/value pairs provided, at least one is required for this action to succeed",
      );
    const facts = Dict.from(extra.entries().map(([key, value]) => [checked(asText(key)), worded(value)]));
    return {
      result: Dict.of({ changed: false, ansible_facts: facts }),
      effects: [{ kind: "set-facts", facts, cacheable }],
    };
  },
};

function checked(name: string): string {
  if (/^[A-Za-z_]\w*$/.test(name)) return name;
  throw new TaskFailed(
    `The variable name '${name}' is not valid. Variables must start with a letter or underscore character, and contain only letters, numbers and underscores.`,
  );
}

/** Ansible makes booleans of these four words, even where they were quoted. */
function worded(value: Value): Value {
  const word = typeof value === "string" ? value.toLowerCase() : "";
  if (word === "yes" || word === "true") return true;
  if (word === "no" || word === "false") return false;
  return value;
}
