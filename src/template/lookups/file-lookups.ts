/** Lookups that read the controller's files. */

import { posix } from "node:path";
import { type Context, type Lookup, lookup } from "../define.ts";
import { asFlag, onlyText } from "../python/convert.ts";
import { templateError } from "../python/failure.ts";
import { toDict } from "../python/mapping.ts";
import { str } from "../python/text.ts";
import { isList, type Value } from "../values.ts";
import { findFile, findTemplate, readText } from "./find-file.ts";
import { matchGlob } from "./glob.ts";

export const fileLookups: Readonly<Record<string, Lookup>> = {
  file: lookup("The files' contents", (terms, named, context) =>
    terms.map((term) => {
      const name = onlyText(term, "the file's name");
      const path = findFile(name, "files", context.settings);
      if (path === undefined) throw notFound(name, context);
      const text = readText(path, context.settings);
      const right = asFlag(named.get("rstrip"), true) ? text.trimEnd() : text;
      return asFlag(named.get("lstrip"), false) ? right.trimStart() : right;
    }),
  ),
  unvault: lookup("The files' contents, decrypted", (terms, _named, context) =>
    terms.map((term) => {
      const name = onlyText(term, "the file's name");
      const path = findFile(name, "files", context.settings);
      if (path === undefined) throw notFound(name, context);
      return readText(path, context.settings);
    }),
  ),
  template: lookup("The template files, rendered", (terms, named, context) =>
    terms.map((term) => {
      const name = onlyText(term, "the template's name");
      const found = findTemplate(name, context.settings);
      if (!found) throw templateError(`the template file ${name} could not be found for the lookup`);
      const extra = new Map(
        (toDict(named.get("template_vars")) ?? undefined)
          ?.entries()
          .map(([key, value]) => [str(key), value]) ?? [],
      );
      return context.renderText(found.source, found.path, extra);
    }),
  ),
  fileglob: lookup("The files that match the patterns", (terms, _named, context) =>
    terms.flatMap((term) => {
      const pattern = str(term);
      if (pattern.startsWith("/")) return matchGlob(pattern);
      for (const folder of context.settings.searchPaths) {
        const found = [posix.join(folder, "files", pattern), posix.join(folder, pattern)]
          .map(matchGlob)
          .find((paths) => paths.length > 0);
        if (found) return found;
      }
      return [];
    }),
  ),
  first_found: lookup("The path of the first file that exists", firstFound),
};

function firstFound(
  terms: readonly Value[],
  named: ReadonlyMap<string, Value>,
  context: Context,
): readonly Value[] {
  let skip = asFlag(named.get("skip"), false);
  const candidates: string[] = [];
  const add = (files: readonly string[], paths: readonly string[]) => {
    for (const file of files)
      candidates.push(...(paths.length === 0 ? [file] : paths.map((path) => posix.join(path, file))));
  };
  for (const term of terms.flatMap((each) => (isList(each) ? each : [each]))) {
    const options = toDict(term);
    if (options) {
      skip ||= asFlag(options.get("skip"), false);
      add(texts(options.get("files")), texts(options.get("paths")));
    } else add([onlyText(term, "the file's name")], []);
  }
  add(texts(named.get("files")), texts(named.get("paths")));
  for (const name of candidates) {
    const path =
      findFile(name, "files", context.settings) ??
      findFile(name, "templates", context.settings) ??
      findFile(name, "vars", context.settings);
    if (path !== undefined) return [path];
  }
  if (skip) return [];
  throw templateError("No file was found when using first_found.", `It looked for ${candidates.join(", ")}.`);
}

function texts(value: Value | undefined): readonly string[] {
  if (value === undefined || value === null) return [];
  return isList(value) ? value.map(str) : str(value).split(/[,;]\s*/);
}

function notFound(name: string, context: Context): Error {
  const { searchPaths } = context.settings;
  const hint =
    name.startsWith("/") || searchPaths.length === 0
      ? undefined
      : `It was looked for in ${searchPaths.join(", ")}.`;
  return templateError(`could not locate file in lookup: ${name}`, hint);
}
