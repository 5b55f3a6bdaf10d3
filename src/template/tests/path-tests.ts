/** Tests on the controller's files. */

import { type Test, test } from "../define.ts";
import { isMountPoint, isSameFile, pathKind } from "../lookups/path-kind.ts";
import { str } from "../python/text.ts";

const absolute = test("It is an absolute path", [], (value) => str(value).startsWith("/"));
const directory = test(
  "The controller has a folder of that path",
  [],
  (value) => pathKind(str(value)) === "directory",
);
const file = test("The controller has a file of that path", [], (value) => pathKind(str(value)) === "file");
const link = test(
  "The controller has a link of that path",
  [],
  (value) => pathKind(str(value), false) === "link",
);
const exists = test("The controller has that path", [], (value) => pathKind(str(value)) !== undefined);
const linkExists = test(
  "The controller has that path, be it a dangling link",
  [],
  (value) => pathKind(str(value), false) !== undefined,
);
const mount = test("The controller has a file system mounted there", [], (value) => isMountPoint(str(value)));
const sameFile = test("Both paths are one file", ["other"], (value, { other }) =>
  isSameFile(str(value), str(other ?? null)),
);

export const pathTests: Readonly<Record<string, Test>> = {
  abs: absolute,
  is_abs: absolute,
  directory,
  is_dir: directory,
  file,
  is_file: file,
  link,
  is_link: link,
  exists,
  link_exists: linkExists,
  mount,
  is_mount: mount,
  same_file: sameFile,
  is_same_file: sameFile,
};
