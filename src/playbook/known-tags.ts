/** Which tags the tasks of a playbook have, as far as can be known before it runs. */

import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { KmendError } from "../problem/problem.ts";
import { Dict, isList, str, type Value } from "../template/template.ts";
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
  const reading = new Reading(options, dirname(playbook.path));
  for (const play of playbook.plays) {
    reading.add(play.tags);
    for (const nodes of [play.preTasks, play.roles, play.tasks, play.postTasks]) reading.nodes(nodes);
  }
  return reading;
}

class Reading implements KnownTags {
  readonly tags = new Set<string>();
  isAll = true;
  readonly #options: LoadOptions;
  readonly #playbookDir: string;
  /** What was followed: an include may lead back to itself. */
  readonly #followed = new Set<string>();

  constructor(options: LoadOptions, playbookDir: string) {
    this.#options = options;
    this.#playbookDir = playbookDir;
  }

  add(tags: readonly string[]): void {
    for (const tag of tags) {
      if (tag.includes("{{")) this.isAll = false;
      this.tags.add(tag);
    }
  }

  nodes(nodes: readonly Node[]): void {
    for (const node of nodes) {
      this.add(node.tags);
      if (node.kind === "block") for (const each of [node.block, node.rescue, node.always]) this.nodes(each);
      if (node.kind === "include") this.#follow(node);
    }
  }

  #follow(node: Include): void {
    const apply = node.options.get("apply");
    if (apply instanceof Dict) this.add(listed(apply.get("tags")));
    const names = ["file", "_raw_params", "name", "role", "tasks_from"].map((name) => node.options.get(name));
    const key = JSON.stringify([node.what, node.baseDir, node.role?.path, names.map(String)]);
    if (this.#followed.has(key)) return;
    this.#followed.add(key);
    const brought = names.some((name) => typeof name === "string" && name.includes("{{"))
      ? null
      : this.#brought(node);
    if (brought) this.nodes(brought);
    else this.isAll = false;
  }

  /** Null: nobody knows yet. What is wrong with it is told where it is reached. */
  #brought(node: Include): readonly Node[] | null {
    const from = {
      ...this.#options,
      playbookDir: this.#playbookDir,
      role: node.role,
      place: node.place,
    };
    try {
      if (node.what === "role") {
        const tasksFrom = text(node, "tasks_from");
        const name = text(node, "name", "role") ?? "";
        return [loadRole(name, tasksFrom === undefined ? {} : { tasksFrom }, from).block];
      }
      const file = this.#find(node, text(node, "file", "_raw_params") ?? "");
      return file === undefined ? null : loadTasks(file, from).tasks;
    } catch (error) {
      if (error instanceof KmendError) return null;
      throw error;
    }
  }

  #find({ role, baseDir }: Include, name: string): string | undefined {
    const folders = [...(role ? [role.path] : []), baseDir, this.#playbookDir];
    return folders
      .flatMap((folder) => [resolve(join(folder, "tasks"), name), resolve(folder, name)])
      .find((each) => existsSync(each));
  }
}

function text({ options }: Include, ...names: readonly string[]): string | undefined {
  const value = names.map((name) => options.get(name)).find((each) => each !== undefined && each !== null);
  return value === undefined ? undefined : str(value);
}

/** Tags are a list, or names between commas. */
function listed(value: Value | undefined): string[] {
  if (value === undefined || value === null) return [];
  return (isList(value) ? value : [value]).flatMap((each) => str(each).split(",")).map((each) => each.trim());
}
