/** Roles: found by name, read whole: defaults, vars, handlers, dependencies, tasks. */

import { existsSync, readdirSync, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import type { Place } from "../problem/problem.ts";
import { Dict, toJson, toValue, type YamlNode } from "../template/template.ts";
import { describe, type Fields, takeFields } from "./fields.ts";
import { roleHint } from "./find-named.ts";
import { keywords } from "./keywords.ts";
import type { Context } from "./loading.ts";
import type { Block, Node, Role, Shared } from "./playbook-types.ts";
import { readShared } from "./shared.ts";

/** Which of the role's files to take instead of `main`. */
export interface RoleFrom {
  readonly tasksFrom?: string;
  readonly varsFrom?: string;
  readonly defaultsFrom?: string;
  readonly handlersFrom?: string;
  readonly params?: Dict;
}

export interface LoadedRole {
  readonly role: Role;
  /** An implicit block: the blocks of its dependencies, then its own tasks. */
  readonly block: Block;
  /** Its dependencies' handlers, then its own. */
  readonly handlers: readonly Node[];
}

/** `roles:` of a play, or a role's dependencies: each an implicit block that carries its keywords. */
export function readRoles(node: YamlNode, context: Context): LoadedRole[] {
  if (node.kind !== "seq") return [];
  return node.items.flatMap((item) => readListed(item, context) ?? []);
}

function readListed(node: YamlNode, context: Context): LoadedRole | undefined {
  const { loading } = context;
  if (node.kind === "scalar" && node.text !== "")
    return listed(node.text, node.place, node, new Map(), new Dict(), context);
  const named =
    node.kind === "map"
      ? node.entries.find(({ key }) => key.text === "role" || key.text === "name")?.value
      : undefined;
  if (node.kind !== "map" || named?.kind !== "scalar") {
    loading.error(
      "wrong-form",
      `Cannot read role: it is ${describe(node)}, wanted a name or a mapping with "role"`,
      node.place,
    );
    return undefined;
  }
  const isKeyword = (name: string) => keywords[name]?.on.includes("role") ?? false;
  const fields = takeFields(
    node.entries.filter(({ key }) => isKeyword(key.text)),
    "role",
    loading,
  );
  const params = node.entries.filter(({ key }) => !isKeyword(key.text));
  return listed(
    named.text,
    named.place,
    node,
    fields,
    Dict.from(params.map(({ key, value }) => [key.text, toValue(value)])),
    context,
  );
}

/** A role as listed: once, unless it allows duplicates or is given something else. Where the earlier one may be kept from
 *  running by what stands above it, only the run can tell: the block says so. */
function listed(
  name: string,
  place: Place,
  node: YamlNode,
  fields: Fields,
  params: Dict,
  context: Context,
): LoadedRole | undefined {
  const shared = readShared(fields, context.loading);
  const isConditional = context.isConditional || shared.when.length > 0 || shared.tags.length > 0;
  const loaded = loadRole(name, place, { ...context, isConditional }, { params });
  if (!loaded) return undefined;
  const key = identity(loaded.role, shared, params);
  const isOnce = !allowsDuplicates(loaded.role, context);
  if (isOnce && context.listedRoles.has(key)) return undefined;
  if (!isConditional) context.listedRoles.add(key);
  const block: Block = {
    ...loaded.block,
    ...shared,
    place: node.place,
    block: loaded.block.block,
    ...(isOnce ? { once: key } : {}),
  };
  return { ...loaded, block, handlers: carried(loaded, shared, node.place) };
}

/** A role's handlers run under the keywords of its listing, as its tasks do. */
function carried({ block, handlers }: LoadedRole, shared: Shared, place: Place): Node[] {
  return handlers.length === 0 ? [] : [{ ...block, ...shared, place, block: handlers }];
}

function identity(role: Role, { tags, when, vars }: Shared, params: Dict): string {
  const conditions = when.map(({ value }) => toJson(value));
  return JSON.stringify([role.path, tags, conditions, toJson(vars ?? new Dict()), toJson(params)]);
}

function allowsDuplicates(role: Role, context: Context): boolean {
  const meta = readMeta(role, context);
  const value =
    meta?.kind === "map" ? meta.entries.find(({ key }) => key.text === "allow_duplicates")?.value : undefined;
  return value?.kind === "scalar" && value.value === true;
}

/** Reads a role by name. Undefined, with the reason noted, when it cannot be found. */
export function loadRole(
  name: string,
  place: Place,
  context: Context,
  from: RoleFrom = {},
): LoadedRole | undefined {
  const path = findRole(name, place, context);
  if (path === undefined) return undefined;
  const { loading } = context;
  if (context.importing.includes(path)) {
    loading.error(
      "import-circle",
      `Cannot use role "${name}": it is being read already, so it depends on itself`,
      place,
    );
    return undefined;
  }
  const role: Role = {
    name,
    path,
    defaults: readVarsOf(path, "defaults", from.defaultsFrom, place, context),
    vars: readVarsOf(path, "vars", from.varsFrom, place, context),
    params: from.params ?? new Dict(),
    place,
  };
  const inner: Context = {
    ...context,
    role,
    importing: [...context.importing, path],
    vars: [...context.vars, role.defaults, role.vars],
  };
  const before = dependencies(role, inner);
  const tasks = readPart(path, "tasks", from.tasksFrom, place, { ...inner, isHandlers: false });
  const handlers = readPart(path, "handlers", from.handlersFrom, place, { ...inner, isHandlers: true });
  noteSpecification(role, context);
  return {
    role,
    handlers: [...before.flatMap((each) => each.handlers), ...handlers],
    block: {
      kind: "block",
      place,
      tags: [],
      when: [],
      block: [...before.map((each) => each.block), ...tasks],
      rescue: [],
      always: [],
      notify: [],
      role,
      implicit: true,
    },
  };
}

function dependencies(role: Role, context: Context): LoadedRole[] {
  const meta = readMeta(role, context);
  if (meta?.kind !== "map") return [];
  const node = meta.entries.find(({ key }) => key.text === "dependencies")?.value;
  if (!node || (node.kind === "scalar" && node.value === null)) return [];
  if (node.kind !== "seq") {
    context.loading.error(
      "wrong-form",
      `Cannot read the dependencies of role "${role.name}": they are ${describe(node)}, wanted a list`,
      node.place,
    );
    return [];
  }
  return readRoles(node, context);
}

function readMeta(role: Role, { loading }: Context): YamlNode | null | undefined {
  const file = findMain(join(role.path, "meta"), "main");
  return file === undefined ? undefined : loading.file(file);
}

/** Ansible would check the arguments by the specification, as a task of its own. */
function noteSpecification(role: Role, { loading }: Context): void {
  const file = findMain(join(role.path, "meta"), "argument_specs");
  if (file !== undefined)
    loading.warn(
      "argument-specs",
      `The arguments of role "${role.name}" are not checked by its specification: kmend does not have that yet`,
      {
        file,
        line: 1,
        column: 1,
      },
    );
}

function readPart(
  path: string,
  part: string,
  from: string | undefined,
  place: Place,
  context: Context,
): Node[] {
  const file = findMain(join(path, part), from ?? "main");
  if (file === undefined) {
    if (from !== undefined)
      context.loading.error(
        "file-unreadable",
        `Cannot read ${join(path, part, from)}: there is no such file`,
        place,
      );
    return [];
  }
  const root = context.loading.file(file, place);
  return root ? context.readTasks(root, { ...context, file }) : [];
}

/** `main.yml` of the part, or every file of `main/`. */
function readVarsOf(
  path: string,
  part: string,
  from: string | undefined,
  place: Place,
  { loading }: Context,
): Dict {
  const vars = new Dict();
  const file = findMain(join(path, part), from ?? "main");
  if (file === undefined && from !== undefined)
    loading.error("file-unreadable", `Cannot read ${join(path, part, from)}: there is no such file`, place);
  for (const each of file === undefined ? [] : filesOf(file)) {
    const root = loading.file(each, place, "variables");
    if (root && root.kind !== "map")
      loading.error(
        "wrong-form",
        `Cannot read variables: they are ${describe(root)}, wanted a mapping`,
        root.place,
      );
    if (root?.kind === "map") for (const { key, value } of root.entries) vars.set(key.text, toValue(value));
  }
  return vars;
}

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesOf(join(path, name)))
    .filter((name) => /\.(?:ya?ml|json)$/.test(name));
}

function findMain(folder: string, name: string): string | undefined {
  const candidates = ["", ".yml", ".yaml", ".json"].map((ending) => join(folder, name + ending));
  const isVars = /\/(?:vars|defaults)$/.test(folder);
  return candidates.find((path) => existsSync(path) && (isVars || statSync(path).isFile()));
}

/** Beside the playbook in roles/, in the roles path, beside the playbook itself; or the path that the name is; else by a name of its own. */
function findRole(name: string, place: Place, { loading, playbookDir, role }: Context): string | undefined {
  const path = loading.options.rolesPath ?? [];
  const folders = [
    join(playbookDir, "roles"),
    ...path,
    ...(role ? [resolve(role.path, "..")] : []),
    playbookDir,
  ];
  const candidates = isAbsolute(name) ? [name] : folders.map((folder) => resolve(folder, name));
  const found =
    candidates.find((each) => existsSync(each) && statSync(each).isDirectory()) ??
    loading.options.named?.roles.get(name);
  if (found !== undefined) return found;
  const hint = roleHint(name, folders, loading.options.named);
  loading.error("no-such-role", `Cannot find role "${name}"`, place, hint);
  return undefined;
}
