import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { readSettings } from "./settings.ts";

/** The folders in which roles are looked for after those beside the playbook: `roles_path`, colons between them. */
export function rolesPath(): readonly string[] {
  const { rolesPath: given = "" } = readSettings(process.env);
  return given
    .split(":")
    .filter((path) => path !== "")
    .map((path) => (path.startsWith("~/") ? join(homedir(), path.slice(2)) : resolve(path)));
}
