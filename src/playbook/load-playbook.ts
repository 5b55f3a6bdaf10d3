/** The ways into a playbook: whole, for its problems alone, and piece by piece while it runs. */

import { resolve } from "node:path";
import type { Place, Problem } from "../problem/problem.ts";
import { findPlaybook } from "./find-named.ts";
import { type Context, Loading, type LoadOptions } from "./loading.ts";
import type { LoadedPlaybook, Node, Role } from "./playbook-types.ts";
import { readPlaybook } from "./read-play.ts";
import { readTasks } from "./read-task.ts";
import { type LoadedRole, type RoleFrom, loadRole as readRole } from "./roles.ts";

/** Reads a playbook and all that it imports.
 *  @param path or a name that `options.named` knows
 *  @throws KmendError with every problem found, sorted by place; exit code 4. */
export function loadPlaybook(path: string, options: LoadOptions): LoadedPlaybook {
  const loading = new Loading(options);
  const found = findPlaybook(path, process.cwd(), undefined, loading);
  const plays = found ? readPlaybook(found, loading) : [];
  loading.finish();
  return {
    path: found?.path ?? resolve(path),
    plays,
    warnings: loading.warnings,
    sources: loading.sources,
  };
}

/** Every problem of a playbook and of all that it imports, warnings among them, sorted by place. */
export function validatePlaybook(path: string, options: LoadOptions): Problem[] {
  const loading = new Loading(options);
  const found = findPlaybook(path, process.cwd(), undefined, loading);
  if (found) readPlaybook(found, loading);
  return loading.problems;
}

/** What a file or role is included from. */
export interface IncludeFrom extends LoadOptions {
  readonly playbookDir: string;
  /** The role that the including task belongs to. */
  readonly role?: Role | undefined;
  /** Where the include stands: a file that cannot be read is a problem there. */
  readonly place: Place;
  readonly isHandlers?: boolean;
}

export interface LoadedTasks {
  readonly tasks: readonly Node[];
  /** Handlers of roles that the tasks import. */
  readonly handlers: readonly Node[];
  readonly warnings: readonly Problem[];
}

/** Reads a file of tasks for `include_tasks`; its path is already found. @throws KmendError */
export function loadTasks(file: string, from: IncludeFrom): LoadedTasks {
  const loading = new Loading(from);
  const handlers: Node[] = [];
  const context = includeContext(file, loading, from, handlers);
  const root = loading.file(file, from.place);
  const tasks = root ? readTasks(root, context) : [];
  loading.finish();
  return { tasks, handlers, warnings: loading.warnings };
}

/** Reads a role for `include_role`. @throws KmendError */
export function loadRole(
  name: string,
  parts: RoleFrom,
  from: IncludeFrom,
): LoadedRole & { readonly warnings: readonly Problem[] } {
  const loading = new Loading(from);
  const handlers: Node[] = [];
  const loaded = readRole(name, from.place, includeContext(from.place.file, loading, from, handlers), parts);
  loading.finish();
  if (!loaded) throw new Error(`role ${name} was neither read nor refused`);
  return { ...loaded, handlers: [...loaded.handlers, ...handlers], warnings: loading.warnings };
}

function includeContext(file: string, loading: Loading, from: IncludeFrom, handlers: Node[]): Context {
  return {
    loading,
    file,
    playbookDir: from.playbookDir,
    ...(from.role ? { role: from.role } : {}),
    isHandlers: from.isHandlers ?? false,
    vars: [],
    hasCollections: false,
    importing: [file],
    listedRoles: new Set(),
    isConditional: false,
    readTasks,
    addHandlers: (more) => handlers.push(...more),
  };
}
