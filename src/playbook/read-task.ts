/** One item of a list of tasks: a task, a block, an include, or an import. */

import { dirname } from "node:path";
import type { YamlEntry, YamlMap, YamlNode } from "../template/template.ts";
import { readAsync } from "./async.ts";
import {
  describe,
  type Fields,
  isNull,
  located,
  locatedList,
  locatedText,
  noteUnknown,
  takeFields,
} from "./fields.ts";
import { importRole, importTasks } from "./imports.ts";
import { includeOptions } from "./include-options.ts";
import { keywords } from "./keywords.ts";
import type { Context } from "./loading.ts";
import { readLoop } from "./loops.ts";
import { readArguments } from "./module-args.ts";
import { findNamed, type Named } from "./module-name.ts";
import type { Block, Include, Node, RollbackSpec, Task } from "./playbook-types.ts";
import { readConditions, readShared } from "./shared.ts";

/** Reads a list of tasks; an item that cannot be read is noted and left out. */
export function readTasks(node: YamlNode, context: Context): Node[] {
  if (isNull(node)) return [];
  if (node.kind !== "seq") {
    context.loading.error(
      "wrong-form",
      `Cannot read tasks: they are ${describe(node)}, wanted a list`,
      node.place,
      "Start each task with a dash.",
    );
    return [];
  }
  return node.items.flatMap((item) => readItem(item, context));
}

function readItem(node: YamlNode, context: Context): Node[] {
  if (node.kind !== "map") {
    context.loading.error(
      "wrong-form",
      `Cannot read task: it is ${describe(node)}, wanted a mapping`,
      node.place,
      "Write a module's name, a colon, and its arguments.",
    );
    return [];
  }
  const isBlock = node.entries.some(({ key }) => key.text === "block");
  if (isBlock) return [readBlock(node, context)];
  const stray = node.entries.find(({ key }) => key.text === "rescue" || key.text === "always");
  if (stray) {
    context.loading.error(
      "stray-rescue",
      `Cannot read "${stray.key.text}": there is no block beside it`,
      stray.key.place,
    );
    return [];
  }
  return readOne(node, context);
}

function readBlock(map: YamlMap, context: Context): Block {
  const fields = takeFields(map.entries, "block", context.loading);
  const below = (name: string) => {
    const field = fields.get(name);
    return field ? readTasks(field.node, context) : [];
  };
  return {
    kind: "block",
    place: map.place,
    ...nameOf(fields),
    ...readShared(fields, context.loading),
    block: below("block"),
    rescue: below("rescue"),
    always: below("always"),
    notify: locatedList(fields, "notify"),
    ...rollbackOf(fields, context),
    ...roleOf(context),
    implicit: false,
  };
}

/** A task, or what reads like one: an include or an import. */
function readOne(map: YamlMap, context: Context): Node[] {
  const former = map.entries.find(
    ({ key }) => key.text === "include" || key.text === "ansible.builtin.include",
  );
  if (former) {
    noteUnknown("include", "task", former.key.place, context.loading);
    return [];
  }
  const owner = context.isHandlers ? "handler" : "task";
  const found = findNamed(map, owner, context);
  if (!found) return [];
  const { named, rest } = found;
  switch (named.name) {
    case "include_tasks":
    case "include_role":
      return readInclude(map, named, rest, context);
    case "import_tasks":
      return importTasks(map, named, rest, context);
    case "import_role":
      return importRole(map, named, rest, context);
    case "import_playbook":
      context.loading.error(
        "misplaced-import",
        "Cannot import a playbook among tasks: it belongs beside plays",
        named.place,
      );
      return [];
    default:
      return [readTask(map, named, rest, context)];
  }
}

function readTask(map: YamlMap, named: Named, rest: readonly YamlEntry[], context: Context): Task {
  const { loading } = context;
  const [loopEntries, entries] = splitLoops(rest);
  const fields = takeFields(entries, context.isHandlers ? "handler" : "task", loading);
  const conditions = (name: string) => (fields.has(name) ? readConditions(fields, name, loading) : undefined);
  const shared = readShared(fields, loading);
  const loop = readLoop(fields, loopEntries, loading);
  const register = locatedText(fields, "register");
  const [until, changedWhen, failedWhen] = [
    conditions("until"),
    conditions("changed_when"),
    conditions("failed_when"),
  ];
  const [retries, delay] = [located(fields, "retries"), located(fields, "delay")];
  return {
    kind: "task",
    place: map.place,
    ...nameOf(fields),
    ...shared,
    ...(named.isLocal ? { delegateTo: { value: "localhost", place: named.place } } : {}),
    module: named.name,
    action: named.written,
    ...(named.isByAction ? { takesNoDefaults: true as const } : {}),
    foreign: named.isForeign,
    args: readArguments({ ...named, more: fields.get("args")?.node }, loading),
    ...(loop ? { loop } : {}),
    ...(register ? { register } : {}),
    ...(until ? { until } : {}),
    ...(retries ? { retries } : {}),
    ...(delay ? { delay } : {}),
    ...(changedWhen ? { changedWhen } : {}),
    ...(failedWhen ? { failedWhen } : {}),
    ...readAsync(fields, loading),
    notify: locatedList(fields, "notify"),
    listen: locatedList(fields, "listen").map(({ value }) => String(value)),
    ...rollbackOf(fields, context),
    ...roleOf(context),
    baseDir: dirname(context.file),
  };
}

/** The include itself; what it includes is loaded when a host reaches it. */
function readInclude(map: YamlMap, named: Named, rest: readonly YamlEntry[], context: Context): Include[] {
  const { loading } = context;
  const [loopEntries, entries] = splitLoops(rest);
  const fields = takeFields(entries, "include", loading);
  const args = readArguments(
    { ...named, known: includeOptions[named.name], more: fields.get("args")?.node },
    loading,
  );
  const options = args.options.copy();
  if (args.free) options.set(named.name === "include_tasks" ? "file" : "name", args.free.value);
  const wanted = named.name === "include_tasks" ? "file" : "name";
  if (!options.has(wanted) && !(wanted === "name" && options.has("role")) && !args.template) {
    const what = wanted === "file" ? "a file" : "a role";
    loading.error("include-nothing", `Cannot read ${named.name}: it names no ${what.slice(2)}`, named.place);
    return [];
  }
  if (options.has("role") && !options.has("name")) options.set("name", options.get("role") ?? null);
  const loop = readLoop(fields, loopEntries, loading);
  const register = locatedText(fields, "register");
  return [
    {
      kind: "include",
      what: named.name === "include_tasks" ? "tasks" : "role",
      action: named.written,
      place: map.place,
      ...nameOf(fields),
      ...readShared(fields, loading),
      options,
      ...(loop ? { loop } : {}),
      ...(register ? { register } : {}),
      notify: locatedList(fields, "notify"),
      ...roleOf(context),
      baseDir: dirname(context.file),
    },
  ];
}

/** `with_X` is no keyword of the table: any lookup may stand behind it. */
function splitLoops(entries: readonly YamlEntry[]): [YamlEntry[], YamlEntry[]] {
  const isLoop = ({ key }: YamlEntry) => key.text.startsWith("with_") && !Object.hasOwn(keywords, key.text);
  return [entries.filter(isLoop), entries.filter((entry) => !isLoop(entry))];
}

export function nameOf(fields: Fields) {
  const name = locatedText(fields, "name");
  return name ? { name } : {};
}

function rollbackOf(fields: Fields, context: Context): { rollback?: RollbackSpec } {
  const node = fields.get("rollback")?.node;
  if (!node) return {};
  if (node.kind === "scalar") return { rollback: { kind: "none", place: node.place } };
  return { rollback: { kind: "tasks", tasks: readTasks(node, context), place: node.place } };
}

function roleOf({ role }: Context) {
  return role ? { role } : {};
}
