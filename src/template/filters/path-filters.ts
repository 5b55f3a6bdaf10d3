/** Filters on paths. */

import { posix } from "node:path";
import { type Filter, filter, freeFilter, refusedFilter } from "../define.ts";
import { expandHome } from "../lookups/find-file.ts";
import { matchGlob } from "../lookups/glob.ts";
import { realPath } from "../lookups/real-path.ts";
import { asText } from "../python/convert.ts";
import { iterate } from "../python/sequence.ts";
import { str } from "../python/text.ts";
import { isList, Tuple, type Value } from "../values.ts";

const windows = refusedFilter("Windows paths are not supported");

export const pathFilters: Readonly<Record<string, Filter>> = {
  basename: filter("The path's last part", [], (value) => str(value).split("/").at(-1) ?? ""),
  dirname: filter("The path without its last part", [], (value) => dirname(str(value))),
  splitext: filter("The path and its extension, apart", [], (value) => new Tuple(splitExtension(str(value)))),
  path_join: filter("The parts of a path joined", [], (value) =>
    joined(isList(value) ? value.map(str) : [str(value)]),
  ),
  expanduser: filter("The path with ~ replaced by the home folder", [], (value, _args, context) =>
    expandHome(str(value), context.settings),
  ),
  expandvars: filter(
    "The text with $NAME replaced by the environment's values",
    [],
    (value, _args, context) =>
      str(value).replace(
        /\$(?:(\w+)|\{([^}]*)\})/g,
        (whole, bare, braced) => context.settings.environment[bare ?? braced] ?? whole,
      ),
  ),
  realpath: filter("The path with its links followed", [], (value) => realPath(str(value))),
  relpath: filter(
    "The path as seen from a folder",
    ["start"],
    (value, { start }) => posix.relative(asText(start, "."), str(value)) || ".",
  ),
  commonpath: filter("The longest path that all have in common", [], (value) =>
    commonPath(iterate(value).map(str)),
  ),
  normpath: filter(
    "The path without . and ..",
    [],
    (value) => posix.normalize(str(value)).replace(/(?<=.)\/$/, "") || ".",
  ),
  fileglob: freeFilter("The controller's files that match a pattern", (value) => matchGlob(str(value))),
  win_basename: windows,
  win_dirname: windows,
  win_splitdrive: windows,
};

function dirname(path: string): string {
  const at = path.lastIndexOf("/") + 1;
  const head = path.slice(0, at);
  return /^\/+$/.test(head) ? head : head.replace(/\/+$/, "");
}

/** Python's rule: leading dots of the name are no extension. */
function splitExtension(path: string): [string, string] {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const at = name.lastIndexOf(".");
  if (at <= 0 || /^\.*$/.test(name.slice(0, at))) return [path, ""];
  const start = path.length - name.length + at;
  return [path.slice(0, start), path.slice(start)];
}

function joined(parts: readonly string[]): string {
  return parts.reduce((path, part) => {
    if (part.startsWith("/")) return part;
    return path === "" || path.endsWith("/") ? path + part : `${path}/${part}`;
  }, "");
}

function commonPath(paths: readonly string[]): Value {
  const split = paths.map((path) => path.split("/").filter((part) => part !== "" && part !== "."));
  const shortest = Math.min(...split.map((parts) => parts.length));
  let count = 0;
  while (count < shortest && split.every((parts) => parts[count] === split[0]?.[count])) count++;
  return (paths[0]?.startsWith("/") ? "/" : "") + (split[0] ?? []).slice(0, count).join("/");
}
