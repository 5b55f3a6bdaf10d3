/** The keywords that plays, roles, blocks and tasks have in common. */

import { Dict, isTemplate, toValue } from "../template/template.ts";
import { type Fields, located, locatedList } from "./fields.ts";
import { nameText } from "./form-patterns.ts";
import type { Loading } from "./loading.ts";
import { readModuleDefaults } from "./module-defaults.ts";
import type { Located, Shared } from "./playbook-types.ts";

/** Ansible's name of each shared keyword that holds one value, and ours. */
const single = {
  become: "become",
  become_user: "becomeUser",
  become_method: "becomeMethod",
  become_flags: "becomeFlags",
  become_exe: "becomeExe",
  connection: "connection",
  remote_user: "remoteUser",
  port: "port",
  check_mode: "checkMode",
  diff: "diff",
  no_log: "noLog",
  ignore_errors: "ignoreErrors",
  ignore_unreachable: "ignoreUnreachable",
  any_errors_fatal: "anyErrorsFatal",
  throttle: "throttle",
  timeout: "timeout",
  run_once: "runOnce",
  delegate_to: "delegateTo",
  delegate_facts: "delegateFacts",
} as const satisfies Readonly<Record<string, keyof Shared>>;

/** Reads what the fields have of them. */
export function readShared(fields: Fields, loading: Loading): Shared {
  const found: { -readonly [name in (typeof single)[keyof typeof single]]?: Located } = {};
  for (const name of Object.keys(single) as (keyof typeof single)[]) {
    const value = located(fields, name);
    if (value) found[single[name]] = value;
  }
  const vars = readVars(fields, loading);
  const environment = locatedList(fields, "environment");
  const moduleDefaults = readModuleDefaults(fields, loading);
  return {
    ...found,
    ...(vars.size > 0 ? { vars } : {}),
    ...(environment.length > 0 ? { environment } : {}),
    ...(moduleDefaults.length > 0 ? { moduleDefaults } : {}),
    tags: readTags(fields),
    when: readConditions(fields, "when", loading),
  };
}

/** `vars`: a mapping, or a list of them of which the last wins. */
export function readVars(fields: Fields, loading: Loading): Dict {
  const vars = new Dict();
  const node = fields.get("vars")?.node;
  for (const each of node?.kind === "seq" ? node.items : node ? [node] : []) {
    if (each.kind !== "map") {
      loading.error("wrong-form", `Cannot read "vars": a template cannot stand for all of them`, each.place);
      continue;
    }
    for (const { key, value } of each.entries) {
      if (!nameText.test(key.text))
        loading.error(
          "bad-variable-name",
          `Cannot set variable "${key.text}": a name has letters, digits and _, and starts with no digit`,
          key.place,
        );
      vars.set(key.text, toValue(value));
    }
  }
  return vars;
}

/** `tags`: text with commas, or a list of it. */
export function readTags(fields: Fields): string[] {
  const node = fields.get("tags")?.node;
  const items = node?.kind === "seq" ? node.items : node ? [node] : [];
  const words = items.flatMap((item) => (item.kind === "scalar" ? item.text.split(",") : []));
  return words.map((word) => word.trim()).filter((word) => word !== "");
}

/** Conditions are bare expressions; one in braces works in most places, and is warned about as Ansible does. */
export function readConditions(fields: Fields, name: string, loading: Loading): Located[] {
  const conditions = locatedList(fields, name);
  for (const { value, place } of conditions)
    if (typeof value === "string" && isTemplate(value))
      loading.warn(
        "templated-condition",
        `"${name}" is an expression already: leave out the braces of ${value.length > 50 ? "its template" : value}`,
        place,
      );
  return conditions;
}
