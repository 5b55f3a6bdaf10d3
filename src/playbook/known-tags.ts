/** Which tags the tasks of a playbook have, as far as can be known before it runs. */

import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { KmendError } from "../problem/problem.ts";
import { appliedTags, candidatesIn, includedFile, includedRole } from "./include-target.ts";
import { loadRole, loadTasks } from "./load-playbook.ts";
import type { LoadOptions } from "./loading.ts";
import type { Include, LoadedPlaybook, Node } from "./playbook-types.ts";

export interface KnownTags {
  readonly tags: ReadonlySet<string>;
  /** False where an include brings what only a run knows: its file's name is a template, or is nowhere yet. */
  readonly isAll: boolean;
}

/** Of its tasks and of all that they import; includes are followed where their name is no template. */
export function knownTags(playbook: LoadedPlaybook, options: LoadOptions): KnownTags {
  const playbookDir = dirname(playbook.path);
  const tags = new Set<string>();
  /** An include may lead back to itself. */
  const followed = new Set<string>();
  let isAll = true;

  function read(nodes: readonly Node[]): void {
    for (const node of nodes) {
      for (const tag of node.tags) tags.add(tag);
      if (node.kind === "block") for (const each of [node.block, node.rescue, node.always]) read(each);
      if (node.kind === "include") follow(node);
    }
  }

  function follow(include: Include): void {
    for (const tag of appliedTags(include.options)) tags.add(tag.trim());
    const target = JSON.stringify([include.baseDir, include.role?.path, targetOf(include)]);
    if (followed.has(target)) return;
    followed.add(target);
    const brought = target.includes("{{") ? null : broughtBy(include, { ...options, playbookDir });
    if (brought) read(brought);
    else isAll = false;
  }

  for (const play of playbook.plays) {
    for (const tag of play.tags) tags.add(tag);
    for (const nodes of [play.preTasks, play.roles, play.tasks, play.postTasks]) read(nodes);
  }
  return { tags, isAll: isAll && ![...tags].some((tag) => tag.includes("{{")) };
}

function targetOf({ what, options }: Include): unknown {
  return what === "role" ? includedRole(options) : includedFile(options);
}

/** Null: nobody knows yet. What is wrong with it is told where it is reached. */
function broughtBy(
  { what, options, role, baseDir, place }: Include,
  given: LoadOptions & { readonly playbookDir: string },
): readonly Node[] | null {
  const from = { ...given, role, place };
  try {
    if (what === "role") {
      const { name, parts } = includedRole(options);
      return [loadRole(name, parts, from).block];
    }
    const folders = [...(role ? [role.path] : []), baseDir, given.playbookDir];
    const file = candidatesIn(folders, "tasks", includedFile(options)).find((each) => existsSync(each));
    return file === undefined ? null : loadTasks(file, from).tasks;
  } catch (error) {
    if (error instanceof KmendError) return null;
    throw error;
  }
}
