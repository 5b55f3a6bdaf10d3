/** Plays, and the playbooks that a playbook imports. */

import { dirname } from "node:path";
import { Dict, type YamlEntry, type YamlMap, type YamlNode } from "../template/template.ts";
import { describe, type Fields, isNull, located, locatedList, noteUnknown, takeFields } from "./fields.ts";
import { type FoundPlaybook, findPlaybook } from "./find-named.ts";
import type { Context, Loading } from "./loading.ts";
import { shortName } from "./module-name.ts";
import type { Located, Node, Play, Shared } from "./playbook-types.ts";
import { readPrompts } from "./prompts.ts";
import { nameOf, readTasks } from "./read-task.ts";
import { readRoles } from "./roles.ts";
import { readShared } from "./shared.ts";

/** Keywords of the import_playbook around, which its plays inherit. */
type Around = Pick<Shared, "tags" | "when"> & { readonly vars: Dict };

const nothingAround: Around = { tags: [], when: [], vars: new Dict() };

/** Every play of the file and of the playbooks that it imports. */
export function readPlaybook(found: FoundPlaybook, loading: Loading): Play[] {
  return readFile(found, loading, [found.path], nothingAround);
}

function readFile(
  { path: file, hint }: FoundPlaybook,
  loading: Loading,
  importing: readonly string[],
  around: Around,
  from?: Located,
): Play[] {
  const root = loading.file(file, from?.place ?? { file, line: 1, column: 1 }, "tasks", hint);
  if (root === undefined) return [];
  const place = root?.place ?? { file, line: 1, column: 1 };
  if (root === null || isNull(root)) {
    loading.error("empty-playbook", "Cannot read playbook: it is empty, wanted a list of plays", place);
    return [];
  }
  if (root.kind !== "seq") {
    loading.error(
      "wrong-form",
      `Cannot read playbook: it is ${describe(root)}, wanted a list of plays`,
      place,
      "Start each play with a dash.",
    );
    return [];
  }
  return root.items.flatMap((item) => readItem(item, file, loading, importing, around));
}

function readItem(
  node: YamlNode,
  file: string,
  loading: Loading,
  importing: readonly string[],
  around: Around,
): Play[] {
  if (node.kind !== "map") {
    loading.error("wrong-form", `Cannot read play: it is ${describe(node)}, wanted a mapping`, node.place);
    return [];
  }
  const former = node.entries.find(({ key }) => key.text === "include");
  if (former) {
    noteUnknown("include", "play", former.key.place, loading);
    return [];
  }
  const imported = node.entries.find(({ key }) => shortName(key.text) === "import_playbook");
  if (imported) return importPlaybook(node, imported, file, loading, importing, around);
  const play = readPlay(node, file, loading, around);
  return play ? [play] : [];
}

/** What may stand beside `import_playbook`. */
export const importKeywords: readonly string[] = ["name", "vars", "tags", "when"];

function importPlaybook(
  map: YamlMap,
  imported: YamlEntry,
  file: string,
  loading: Loading,
  importing: readonly string[],
  around: Around,
): Play[] {
  const rest = map.entries.filter((entry) => entry !== imported);
  for (const { key } of rest.filter(({ key }) => !importKeywords.includes(key.text)))
    loading.error(
      "misplaced-keyword",
      `Cannot use "${key.text}" on import_playbook: it takes ${importKeywords.join(", ")}`,
      key.place,
    );
  const fields = takeFields(
    rest.filter(({ key }) => importKeywords.includes(key.text)),
    "import",
    loading,
  );
  const { value } = imported;
  if (value.kind !== "scalar" || value.text === "") {
    loading.error(
      "wrong-form",
      `Cannot read import_playbook: it is ${describe(value)}, wanted a file`,
      value.place,
    );
    return [];
  }
  const found = findPlaybook(value.text, dirname(file), value.place, loading);
  if (!found) return [];
  const { path } = found;
  if (importing.includes(path)) {
    loading.error("import-circle", `Cannot import ${value.text}: it is being imported already`, value.place);
    return [];
  }
  const own = readShared(fields, loading);
  const inner: Around = {
    tags: [...around.tags, ...own.tags],
    when: [...around.when, ...own.when],
    vars: Dict.from([...(own.vars?.entries() ?? []), ...around.vars.entries()]),
  };
  return readFile(found, loading, [...importing, path], inner, { value: value.text, place: value.place });
}

function readPlay(map: YamlMap, file: string, loading: Loading, around: Around): Play | undefined {
  const fields = takeFields(map.entries, "play", loading);
  const hosts = readHosts(map, fields, loading);
  const own = readShared(fields, loading);
  const vars = Dict.from([...(own.vars?.entries() ?? []), ...around.vars.entries()]);
  const imported: Node[] = [];
  const context = playContext(file, loading, vars, fields, imported);
  const tasks = (name: string, isHandlers = false) => {
    const field = fields.get(name);
    return field ? readTasks(field.node, { ...context, isHandlers }) : [];
  };
  const preTasks = tasks("pre_tasks");
  const listed = fields.get("roles");
  const roles = listed ? readRoles(listed.node, context) : [];
  const parts = {
    preTasks,
    roles: roles.map(({ block }) => block),
    tasks: tasks("tasks"),
    postTasks: tasks("post_tasks"),
  };
  const handlers = [...roles.flatMap((role) => role.handlers), ...tasks("handlers", true), ...imported];
  const gate = tasks("gate");
  if (!hosts) return undefined;
  const user = located(fields, "user");
  return {
    kind: "play",
    place: map.place,
    ...nameOf(fields),
    ...own,
    ...(user && !own.remoteUser ? { remoteUser: user } : {}),
    ...(vars.size > 0 ? { vars } : {}),
    tags: [...around.tags, ...own.tags],
    when: around.when,
    hosts,
    ...singles(fields),
    varsFiles: readVarsFiles(fields, loading),
    varsPrompt: readPrompts(fields, loading),
    ...parts,
    handlers,
    gate,
    baseDir: dirname(file),
  };
}

function playContext(file: string, loading: Loading, vars: Dict, fields: Fields, imported: Node[]): Context {
  return {
    loading,
    file,
    playbookDir: dirname(file),
    isHandlers: false,
    vars: [vars],
    hasCollections: fields.has("collections"),
    importing: [file],
    listedRoles: new Set(),
    isConditional: false,
    readTasks,
    addHandlers: (handlers) => imported.push(...handlers),
  };
}

function readHosts(map: YamlMap, fields: Fields, loading: Loading): Located | undefined {
  const hosts = located(fields, "hosts");
  if (!hosts && !map.entries.some(({ key, value }) => key.text === "hosts" && !isNull(value))) {
    loading.error(
      "no-hosts",
      "Cannot read play: it has no hosts",
      map.place,
      "Say where it runs, as in `hosts: all`.",
    );
    return undefined;
  }
  const isEmpty = Array.isArray(hosts?.value)
    ? hosts.value.length === 0 || hosts.value.includes(null)
    : hosts?.value === "";
  if (hosts && isEmpty) loading.error("no-hosts", "Cannot read play: its hosts are empty", hosts.place);
  return hosts;
}

const single = {
  gather_facts: "gatherFacts",
  gather_subset: "gatherSubset",
  gather_timeout: "gatherTimeout",
  serial: "serial",
  max_fail_percentage: "maxFailPercentage",
  max_fail_hosts: "maxFailHosts",
  unreachable_is_failure: "unreachableIsFailure",
  strategy: "strategy",
  order: "order",
  force_handlers: "forceHandlers",
  soak: "soak",
  confirm_within: "confirmWithin",
  on_failure: "onFailure",
} as const satisfies Readonly<Record<string, keyof Play>>;

function singles(fields: Fields): Partial<Play> {
  const found: { -readonly [name in (typeof single)[keyof typeof single]]?: Located } = {};
  for (const name of Object.keys(single) as (keyof typeof single)[]) {
    const value = located(fields, name);
    if (value) found[single[name]] = value;
  }
  return found;
}

/** A file, a list of files, and in it lists of which the first that exists counts. */
function readVarsFiles(fields: Fields, loading: Loading): Located[] {
  const node = fields.get("vars_files")?.node;
  if (node?.kind === "map") {
    loading.error(
      "wrong-form",
      `Cannot read "vars_files": it is a mapping, wanted a file or a list of files`,
      node.place,
    );
    return [];
  }
  return locatedList(fields, "vars_files");
}
