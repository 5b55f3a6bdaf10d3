/** Playbooks and roles that are found by a name of their own, from any folder, as those of a collection are under Ansible. A file or a
 *  folder that is called so wins. */

import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { nearest } from "../modules/modules.ts";
import type { Place } from "../problem/problem.ts";
import type { Loading } from "./loading.ts";

export interface NamedFiles {
  /** Paths by name. */
  readonly playbooks: ReadonlyMap<string, string>;
  /** Folders by name. */
  readonly roles: ReadonlyMap<string, string>;
}

/** A playbook that is wanted: where it is read from. */
export interface FoundPlaybook {
  readonly path: string;
  /** What to do where nothing can be read there. */
  readonly hint?: string;
}

/** The playbook that a path or a name stands for. Undefined, with the problem noted, where a name stands for none.
 *  @param folder that a path starts in
 *  @param place where it is named; none: on the command line */
export function findPlaybook(
  wanted: string,
  folder: string,
  place: Place | undefined,
  loading: Loading,
): FoundPlaybook | undefined {
  const { named } = loading.options;
  const path = resolve(folder, wanted);
  if (!named || existsSync(path)) return { path };
  const found = named.playbooks.get(wanted);
  if (found !== undefined) return { path: found };
  const names = [...named.playbooks.keys()];
  if (isName(wanted)) {
    const hint = wayOut("playbook", wanted, names);
    loading.error("no-such-playbook", `Cannot find playbook "${wanted}"`, place, hint);
    return undefined;
  }
  const [name] = calledLike(basename(wanted).replace(/\.ya?ml$/, ""), names);
  return name === undefined ? { path } : { path, hint: `kmend ships a playbook of that name:\n    ${name}` };
}

/** What to do where no role is called so.
 *  @param folders in which it was looked for */
export function roleHint(wanted: string, folders: readonly string[], named: NamedFiles | undefined): string {
  const names = [...(named?.roles.keys() ?? [])];
  if (named && isName(wanted)) return wayOut("role", wanted, names);
  if (/^\w+\.\w+\.\w+$/.test(wanted))
    return "Roles of collections are not looked for: copy its folder into roles/ beside the playbook.";
  const looked = `Looked in:\n${folders.map((folder) => `    ${folder}`).join("\n")}`;
  const [name] = calledLike(wanted, names);
  return name === undefined ? looked : `${looked}\nkmend ships a role of that name:\n    ${name}`;
}

/** Whoever writes so means no file. */
function isName(text: string): boolean {
  return /^kmend\.[^/]+$/.test(text) && !/\.ya?ml$/.test(text);
}

function wayOut(what: "playbook" | "role", wanted: string, names: readonly string[]): string {
  const last = lastPart(wanted);
  const near = nearest(last, names.map(lastPart));
  const [guess] = near === undefined ? [] : calledLike(near, names);
  return `${guess === undefined ? "" : `Did you mean ${guess}? `}List them with\n    kmend doc --list --type ${what}`;
}

function calledLike(last: string, names: readonly string[]): string[] {
  return names.filter((name) => lastPart(name) === last);
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}
