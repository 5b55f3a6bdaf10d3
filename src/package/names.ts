/** Names that hold wherever the package lies: `kmend.playbooks.NAME` and `kmend.roles.NAME`, as Ansible names what a collection has. */

import { readdirSync } from "node:fs";
import { join } from "node:path";

export interface ShippedNames {
  /** The path of each playbook by its name, sorted. */
  readonly playbooks: ReadonlyMap<string, string>;
  /** The folder of each role by its name, sorted. */
  readonly roles: ReadonlyMap<string, string>;
}

/** @param folder that has the playbooks, and below them `roles/` */
export function namesIn(folder: string): ShippedNames {
  return {
    playbooks: named("kmend.playbooks", folder, ".yml"),
    roles: named("kmend.roles", join(folder, "roles"), ""),
  };
}

function named(space: string, folder: string, ending: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder).filter((file) => file.endsWith(ending));
  const names = files.map((file) => file.slice(0, file.length - ending.length)).sort();
  return new Map(names.map((name) => [`${space}.${name}`, join(folder, name + ending)]));
}
