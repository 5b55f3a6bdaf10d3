/** Which of a task's keys is its module. */

import { nearest } from "../modules/modules.ts";
import type { Place } from "../problem/problem.ts";
import type { YamlEntry, YamlMap, YamlNode } from "../template/template.ts";
import { formerKeywords, keywords, keywordsOf, type Owner } from "./keywords.ts";
import { existsElsewhere } from "./known-elsewhere.ts";
import type { Context, KnownModule } from "./loading.ts";

/** The module that a task names. */
export interface Named {
  /** Without `ansible.builtin.` and `ansible.legacy.`. */
  readonly name: string;
  readonly written: string;
  readonly place: Place;
  readonly node: YamlNode;
  readonly known?: KnownModule | undefined;
  readonly isForeign: boolean;
  /** From `local_action`. */
  readonly isLocal: boolean;
  /** From `action` or `local_action`. */
  readonly isByAction?: true;
}

/** Modules that shape the playbook itself: read here, not run on a host. */
export const structural: readonly string[] = [
  "import_tasks",
  "include_tasks",
  "import_role",
  "include_role",
  "import_playbook",
];

/** The task's module, and its other entries; undefined, with the reason noted, when there is none or more than one. */
export function findNamed(
  map: YamlMap,
  owner: Owner,
  context: Context,
): { named: Named; rest: YamlEntry[] } | undefined {
  // `gather_facts` is a play's keyword, and on a task a module.
  const isKeyword = (name: string) =>
    (Object.hasOwn(keywords, name) && (keywords[name]?.on.includes(owner) || !isModule(name, context))) ||
    name.startsWith("with_") ||
    Object.hasOwn(formerKeywords, name);
  const actions = map.entries.filter(({ key }) => key.text === "action" || key.text === "local_action");
  const others = map.entries.filter(({ key }) => !isKeyword(key.text));
  const candidates = [
    ...actions,
    ...others.filter(({ key }) => actions.length === 0 || isModule(key.text, context)),
  ];
  const modules = candidates.filter(
    ({ key }) => actions.some((each) => each.key === key) || isModule(key.text, context),
  );
  if (modules.length > 1) {
    const names = modules.map(({ key }) => key.text).join(", ");
    context.loading.error(
      "conflicting-modules",
      `Cannot read task: it names more than one module: ${names}`,
      modules[1]?.key.place ?? map.place,
      "Make a task of each.",
    );
    return undefined;
  }
  const chosen = modules[0];
  if (!chosen) {
    noteNone(map, others, owner, context);
    return undefined;
  }
  const named =
    chosen.key.text === "action" || chosen.key.text === "local_action"
      ? fromAction(chosen, context)
      : nameOf(chosen.key.text, chosen.key.place, chosen.value, context);
  const rest = map.entries.filter((entry) => entry !== chosen);
  return named && { named, rest };
}

function isModule(name: string, { loading, hasCollections }: Context): boolean {
  const short = shortName(name);
  return (
    structural.includes(short) ||
    loading.options.catalogue.find(name) !== undefined ||
    existsElsewhere(name) ||
    (hasCollections && name.includes("."))
  );
}

/** `ansible.builtin.copy` and `ansible.legacy.copy` are `copy`. */
export function shortName(name: string): string {
  return name.replace(/^ansible\.(?:builtin|legacy)\./, "");
}

function nameOf(name: string, place: Place, node: YamlNode, { loading }: Context): Named {
  const known = loading.options.catalogue.find(name);
  const short = known?.name ?? shortName(name);
  const isForeign = known === undefined && !structural.includes(short);
  if (isForeign)
    loading.warn(
      "foreign-module",
      `${name} is a module that kmend does not have: the task fails on each host that reaches it`,
      place,
    );
  return { name: short, written: name, place, node, known, isForeign, isLocal: false };
}

function noteNone(map: YamlMap, others: readonly YamlEntry[], owner: Owner, context: Context): void {
  if (others.length === 0) {
    context.loading.error(
      "no-module",
      "Cannot read task: it names no module",
      map.place,
      "Every task needs one, as in `command: uptime`.",
    );
    return;
  }
  for (const { key } of others) {
    const guess = nearest(key.text, [
      ...structural,
      ...(context.loading.options.catalogue.names?.() ?? []),
      ...keywordsOf(owner),
    ]);
    context.loading.error(
      "unknown-module",
      `Cannot read task: "${key.text}" is neither a module nor a keyword`,
      key.place,
      guess && `Did you mean "${guess}"?`,
    );
  }
}

/** `action: copy src=a dest=b`, or `action: {module: copy, src: a, dest: b}`. */
function fromAction({ key, value }: YamlEntry, context: Context): Named | undefined {
  const isLocal = key.text === "local_action";
  const taken =
    value.kind === "map"
      ? takeModule(value)
      : value.kind === "scalar"
        ? takeFirstWord(value.text, value)
        : undefined;
  if (!taken) {
    context.loading.error(
      "no-module",
      `Cannot read "${key.text}": it names no module`,
      value.place,
      "Write it as in `action: command uptime`.",
    );
    return undefined;
  }
  if (!isModule(taken.name, context)) {
    const guess = nearest(taken.name, context.loading.options.catalogue.names?.() ?? []);
    context.loading.error(
      "unknown-module",
      `Cannot read task: there is no module "${taken.name}"`,
      value.place,
      guess && `Did you mean "${guess}"?`,
    );
    return undefined;
  }
  return { ...nameOf(taken.name, value.place, taken.node, context), isLocal, isByAction: true };
}

function takeModule(map: YamlMap): { name: string; node: YamlNode } | undefined {
  const module = map.entries.find(({ key }) => key.text === "module")?.value;
  if (module?.kind !== "scalar") return undefined;
  const first = takeFirstWord(module.text, module);
  const text = first?.node.kind === "scalar" ? first.node : undefined;
  const entries = map.entries.filter(({ key }) => key.text !== "module");
  // `module: command uptime` beside other keys: the words behind the name are the free form.
  const raw = text?.text
    ? [{ key: { ...module, text: "_raw_params", value: "_raw_params" }, value: text }]
    : [];
  return first && { name: first.name, node: { ...map, entries: [...entries, ...raw] } };
}

function takeFirstWord(text: string, node: YamlNode): { name: string; node: YamlNode } | undefined {
  const [, name, rest = ""] = /^\s*(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
  if (name === undefined) return undefined;
  return {
    name,
    node: { kind: "scalar", place: node.place, style: "plain", text: rest, value: rest === "" ? null : rest },
  };
}
