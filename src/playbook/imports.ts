/** Static imports: what they name is read now, and stands below an implicit block that carries the import's keywords. */

import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { KmendError, type Place } from "../problem/problem.ts";
import {
  Dict,
  isTemplate,
  Layers,
  str,
  Templar,
  type Value,
  type YamlEntry,
  type YamlMap,
} from "../template/template.ts";
import { takeFields } from "./fields.ts";
import { includeOptions } from "./include-options.ts";
import type { Context } from "./loading.ts";
import { readArguments } from "./module-args.ts";
import type { Named } from "./module-name.ts";
import type { Block, Node } from "./playbook-types.ts";
import { loadRole } from "./roles.ts";
import { readShared } from "./shared.ts";

/** Reads the entries of an import: keywords and options. */
function readImport(map: YamlMap, named: Named, rest: readonly YamlEntry[], { loading }: Context) {
  const loop = rest.find(({ key }) => key.text === "loop" || key.text.startsWith("with_"));
  if (loop)
    loading.error(
      "loop-on-import",
      `Cannot loop over ${named.name}: it is read before anything runs`,
      loop.key.place,
      `Write \`${named.name.replace("import", "include")}\`.`,
    );
  const fields = takeFields(
    rest.filter(
      ({ key }) =>
        key.text !== "loop" &&
        !key.text.startsWith("with_") &&
        key.text !== "args" &&
        key.text !== "loop_control",
    ),
    "import",
    loading,
  );
  const more = rest.find(({ key }) => key.text === "args")?.value;
  const args = readArguments({ ...named, known: includeOptions[named.name], more }, loading);
  const name = fields.get("name")?.node;
  const located = name?.kind === "scalar" ? { name: { value: name.text, place: name.place } } : {};
  return { args, shared: { ...located, ...readShared(fields, loading), place: map.place } };
}

type ImportKeywords = ReturnType<typeof readImport>["shared"];

function carry(shared: ImportKeywords, nodes: readonly Node[], context: Context): Block {
  return {
    kind: "block",
    ...shared,
    block: nodes,
    rescue: [],
    always: [],
    notify: [],
    ...(context.role ? { role: context.role } : {}),
    implicit: true,
  };
}

/** `import_tasks`. */
export function importTasks(
  map: YamlMap,
  named: Named,
  rest: readonly YamlEntry[],
  context: Context,
): Node[] {
  const { args, shared } = readImport(map, named, rest, context);
  const wanted = args.free?.value ?? args.options.get("file");
  const place = args.free?.place ?? args.places.get("file") ?? named.place;
  const inner = { ...context, vars: [...context.vars, ...(shared.vars ? [shared.vars] : [])] };
  const name = staticText(wanted ?? "", "import_tasks", place, inner);
  if (name === undefined) return [];
  if (name === "") {
    context.loading.error("include-nothing", "Cannot read import_tasks: it names no file", place);
    return [];
  }
  const file = findTasksFile(name, context);
  if (context.importing.includes(file)) {
    context.loading.error(
      "import-circle",
      `Cannot import ${name}: it is being imported already`,
      place,
      "Write `include_tasks`, with a condition that ends it.",
    );
    return [];
  }
  const root = context.loading.file(file, place);
  if (root === undefined) return [];
  const nodes = root
    ? context.readTasks(root, { ...inner, file, importing: [...context.importing, file] })
    : [];
  return [carry(shared, nodes, context)];
}

/** Beside the importing file, then in the role's tasks, then beside the playbook. */
function findTasksFile(name: string, { file, role, playbookDir }: Context): string {
  const folders = [dirname(file), ...(role ? [join(role.path, "tasks"), role.path] : []), playbookDir];
  const paths = folders.map((folder) => resolve(folder, name));
  return paths.find((path) => existsSync(path)) ?? paths[0] ?? name;
}

/** `import_role`. */
export function importRole(map: YamlMap, named: Named, rest: readonly YamlEntry[], context: Context): Node[] {
  const { args, shared } = readImport(map, named, rest, context);
  const place = args.places.get("name") ?? args.places.get("role") ?? named.place;
  const option = (key: string) => {
    const value = args.options.get(key);
    return value === undefined || value === null
      ? undefined
      : staticText(value, "import_role", args.places.get(key) ?? place, context);
  };
  const name = option("name") ?? option("role");
  if (name === undefined || name === "") {
    if (!args.options.has("name") && !args.options.has("role"))
      context.loading.error("include-nothing", "Cannot read import_role: it names no role", place);
    return [];
  }
  const [tasksFrom, varsFrom] = [option("tasks_from"), option("vars_from")];
  const [defaultsFrom, handlersFrom] = [option("defaults_from"), option("handlers_from")];
  const loaded = loadRole(name, place, context, {
    ...(tasksFrom ? { tasksFrom } : {}),
    ...(varsFrom ? { varsFrom } : {}),
    ...(defaultsFrom ? { defaultsFrom } : {}),
    ...(handlersFrom ? { handlersFrom } : {}),
  });
  if (!loaded) return [];
  context.addHandlers(loaded.handlers);
  return [carry(shared, [loaded.block], context)];
}

/** The text, its template rendered where everything that it refers to is known now; else that is noted. */
function staticText(
  value: Value,
  what: string,
  place: Place,
  { loading, vars, playbookDir }: Context,
): string | undefined {
  const text = str(value);
  if (!isTemplate(text)) return text;
  const extra = loading.options.extraVars ?? new Dict();
  const magic = Dict.of({ playbook_dir: playbookDir });
  try {
    const layers = new Layers([...vars, magic, extra].map((each) => ({ vars: each, lazy: true })));
    return str(new Templar(layers).render(text));
  } catch (error) {
    if (!(error instanceof KmendError)) throw error;
    const [problem] = error.problems;
    loading.error(
      "import-not-static",
      `Cannot read ${what} "${text}": ${problem?.message ?? "it is a template"}`,
      place,
      `An import is read before any host is known. Write \`${what.replace("import", "include")}\`.`,
    );
    return undefined;
  }
}
