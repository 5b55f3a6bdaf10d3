/** Fails the host unless every condition holds (Ansible's `assert`). */

import { Dict, type Value } from "../template/values.ts";
import { asText } from "./coerce.ts";
import { type ControllerModule, TaskFailed } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  that: { type: "raw", required: true, help: "Hold these conditions, bare expressions as in `when`" },
  fail_msg: { type: "raw", aliases: ["msg"], help: "Say this when one does not hold" },
  success_msg: { type: "raw", help: "Say this when all hold" },
  quiet: { type: "bool", default: false, help: "Show nothing when all hold" },
} as const satisfies Options;

export const assert: ControllerModule<ArgumentsOf<typeof options>> = {
  kind: "controller",
  name: "assert",
  summary: "Fail the host unless every condition holds",
  options,
  wayBack: "Nothing to take back: it touches no host.",
  examples: `- assert:
    that: [kmem.leaked == 0, kubelet.rc == 0]
    fail_msg: "{{ inventory_hostname }} still leaks"`,
  act: ({ that, fail_msg, success_msg }, { test }) => {
    for (const condition of Array.isArray(that) ? (that as readonly Value[]) : [that]) {
      if (typeof condition === "boolean" ? condition : test(asText(condition))) continue;
      throw new TaskFailed(message(fail_msg, "Assertion failed"), {
        assertion: condition,
        evaluated_to: false,
      });
    }
    return { result: Dict.of({ changed: false, msg: message(success_msg, "All assertions passed") }) };
  },
};

/** Ansible takes a list of lines too. */
function message(given: Value | undefined, otherwise: string): string {
  if (given === undefined) return otherwise;
  return Array.isArray(given) ? given.map((line) => asText(line as Value)).join("\n") : asText(given);
}
