/** The package itself: what it ships and where that lies, in a clone as in an installation, whether this code runs from
 *  `src/` or from a bundle in `dist/`. */

import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, extname, join } from "node:path";
import { namesIn, type ShippedNames } from "./names.ts";

export type { ShippedNames } from "./names.ts";

const description = findPackageJSON(".", import.meta.url);
if (description === undefined) throw new Error(`Cannot find the package.json above ${import.meta.filename}`);
const top = dirname(description);

/** kmend's own version, from its package. */
export const version: string = (JSON.parse(readFileSync(description, "utf8")) as { version: string }).version;

/** The path of something that the package ships, a playbook say. */
export function shipped(path: string): string {
  return join(top, path);
}

/** Every playbook and role of the package by the name that it has everywhere. */
export function shippedNames(): ShippedNames {
  return namesIn(shipped("playbooks"));
}

/** The path of a program of ours that Node is to run by itself, named as in `src/` without its ending: `lab/daemon`. */
export function program(name: string): string {
  const ending = extname(import.meta.filename); // Node runs the sources as they are
  return join(top, ending === ".ts" ? "src" : "dist", `${name}${ending}`);
}
