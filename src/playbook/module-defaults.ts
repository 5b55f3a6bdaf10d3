/** `module_defaults`: arguments that a level gives to each task below it of a module, or of a group of modules. */

import { nearest } from "../modules/modules.ts";
import type { Place } from "../problem/problem.ts";
import { isTemplate, toValue, type YamlEntry, type YamlNode } from "../template/template.ts";
import { describe, type Fields } from "./fields.ts";
import { existsElsewhere } from "./known-elsewhere.ts";
import type { Loading } from "./loading.ts";
import { checkOption, refusalOf } from "./module-args.ts";
import { shortName, structural } from "./module-name.ts";
import type { ModuleDefaults } from "./playbook-types.ts";

/** Groups that hold modules which kmend has, with those. Source: "Sharing options across tasks with action groups" in the
 *  introduction of the collection `kubernetes.core`. The short name is ansible-core's, and reaches the same two there. */
export const actionGroups: Readonly<Record<string, readonly string[]>> = {
  "group/k8s": ["kubernetes.core.k8s_drain", "kubernetes.core.k8s_info"],
  "group/kubernetes.core.k8s": ["kubernetes.core.k8s_drain", "kubernetes.core.k8s_info"],
};

/** Groups of one word. Source: "Module defaults groups" in Ansible's user guide, up to version 2.9. */
const formerGroups: readonly string[] = ["aws", "azure", "cpm", "docker", "gcp", "os", "ovirt", "vmware"];

/** Reads what the fields have of it, in the order of the file: a later entry for the same module stands in for an earlier one. */
export function readModuleDefaults(fields: Fields, loading: Loading): ModuleDefaults[] {
  const node = fields.get("module_defaults")?.node;
  return (node?.kind === "seq" ? node.items : node ? [node] : []).flatMap((each) => {
    if (each.kind === "map") return each.entries.flatMap((entry) => readOne(entry, loading));
    loading.error(
      "wrong-form",
      `Cannot read "module_defaults": a template cannot stand for all of them`,
      each.place,
      "Name the modules; a template may stand for the arguments of each.",
    );
    return [];
  });
}

function readOne({ key, value }: YamlEntry, loading: Loading): ModuleDefaults[] {
  const { text: name, place } = key;
  if (!mayHold(value)) {
    loading.error(
      "wrong-form",
      `Cannot read the defaults of ${name}: they are ${describe(value)}, wanted a mapping`,
      value.place,
    );
    return [];
  }
  const places = new Map<string, Place>();
  if (value.kind === "map") for (const entry of value.entries) places.set(entry.key.text, entry.key.place);
  checkName(name, place, loading);
  checkOptions(name, places, loading);
  return [{ name, place, value: { value: toValue(value), place: value.place }, places }];
}

/** A mapping, or a template that gives one. */
function mayHold(value: YamlNode): boolean {
  return value.kind === "map" || (value.kind === "scalar" && isTemplate(value.text));
}

/** A name that nobody has is refused; one that takes no defaults here is told. */
function checkName(name: string, place: Place, loading: Loading): void {
  const isUnused = (what: string): void =>
    loading.warn("unused-defaults", `The defaults of ${name} go to no task: ${what}`, place);
  if (Object.hasOwn(actionGroups, name)) return;
  if (name.startsWith("group/")) {
    const group = name.slice("group/".length);
    if (formerGroups.includes(group) || (group.includes(".") && existsElsewhere(group)))
      isUnused("kmend has no module of that group");
    else
      loading.error("unknown-module", `Cannot read "module_defaults": there is no group "${group}"`, place);
  } else if (structural.includes(shortName(name))) isUnused("what it names runs no module");
  else if (loading.options.catalogue.find(name) === undefined && !existsElsewhere(name)) {
    const guess = nearest(name, loading.options.catalogue.names?.() ?? []);
    loading.error(
      "unknown-module",
      `Cannot read "module_defaults": there is no module "${name}"`,
      place,
      guess && `Did you mean "${guess}"?`,
    );
  }
}

/** An option that the module does not have, or that no member of the group does that kmend has, is noted at its place. */
function checkOptions(name: string, places: ReadonlyMap<string, Place>, loading: Loading): void {
  const { catalogue } = loading.options;
  const known = catalogue.find(name);
  const members = (actionGroups[name] ?? []).flatMap((each) => catalogue.find(each) ?? []);
  for (const [option, place] of places) {
    if (known && option !== known.freeForm && option !== "_raw_params")
      checkOption(known, option, place, loading);
    const [refusal] = new Set(members.map((member) => refusalOf(member, option)));
    if (refusal !== undefined && members.every((member) => refusalOf(member, option) !== undefined))
      loading.error(
        "refused-option",
        `Cannot use option "${option}" of ${name}: kmend does not have it`,
        place,
        refusal,
      );
  }
}
