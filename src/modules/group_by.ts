/** Puts hosts into groups by what is known of them (Ansible's `group_by`). */

import { Dict, type Value } from "../template/values.ts";
import { asText } from "./coerce.ts";
import type { ControllerModule } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  key: { type: "str", required: true, help: "Name the group" },
  parents: { type: "list", elements: "str", default: ["all"], help: "Put the group below these" },
} as const satisfies Options;

export const groupBy: ControllerModule<ArgumentsOf<typeof options>> = {
  kind: "controller",
  name: "group_by",
  summary: "Put hosts into groups by what is known of them",
  options,
  wayBack: "Nothing to take back: it touches no host.",
  examples: `- group_by: {key: "runtime_{{ kmem.runtime }}"}`,
  act: ({ key, parents }) => {
    const [group, above] = [named(key), parents.map((parent) => named(asText(parent as Value)))];
    return {
      result: Dict.of({ changed: true, add_group: group, parent_groups: above }),
      effects: [{ kind: "group-by", group, parents: above }],
    };
  },
};

function named(text: string): string {
  return text.replaceAll(" ", "-");
}
