import { textsIn, toValue, type YamlNode } from "../template/template.ts";

/** Hides what an encrypted file says: every value of a file of variables, but of a playbook or a file of tasks only those of
 *  each `vars:` and `environment:`. A run whose tasks and options were not shown could not be followed. */
export function hideIn(node: YamlNode, holds: "tasks" | "variables", hide: (text: string) => void): void {
  if (holds === "variables") for (const text of textsIn(toValue(node))) hide(text);
  else if (node.kind === "seq") for (const item of node.items) hideIn(item, "tasks", hide);
  else if (node.kind === "map")
    for (const { key, value } of node.entries)
      hideIn(value, key.text === "vars" || key.text === "environment" ? "variables" : "tasks", hide);
}
