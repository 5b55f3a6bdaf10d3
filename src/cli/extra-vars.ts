import { readFileSync } from "node:fs";
import { exitCodes, fileReason, KmendError } from "../problem/problem.ts";
import { Dict, readVariables } from "../template/template.ts";
import type { Vault } from "../vault/vault.ts";

/** `-e` in its three forms: `k=v k2='v 2'` (values are text), YAML or JSON in braces, and `@FILE`; later ones win.
 *  @throws KmendError `bad-extra-vars`, `missing-file`, `yaml-syntax`, and what the vault says of a file that it does not open */
export function parseExtraVars(given: readonly string[], vault?: Vault): Dict {
  const vars = new Dict();
  for (const text of given)
    for (const [key, value] of parseOne(text.trim(), vault).entries()) vars.set(key, value);
  return vars;
}

function parseOne(text: string, vault: Vault | undefined): Dict {
  if (text.startsWith("@")) return parseYaml(readVarsFile(text.slice(1)), text.slice(1), vault);
  if (text.startsWith("{") || text.startsWith("[")) return parseYaml(text, "--extra-vars", vault);
  return parsePairs(text);
}

function parseYaml(source: string, file: string, vault: Vault | undefined): Dict {
  const value = readVariables(source, file, vault) ?? new Dict();
  if (value instanceof Dict) return value;
  throw badExtraVars(`${file} holds no dictionary`);
}

function readVarsFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new KmendError(
      {
        code: "missing-file",
        message: `Cannot read the file of --extra-vars ${path}: ${fileReason(cause as NodeJS.ErrnoException)}`,
        hint: "Name a YAML or JSON file of variables that you may read.",
      },
      exitCodes.error,
      cause,
    );
  }
}

function parsePairs(text: string): Dict {
  const vars = new Dict();
  const pair = /([A-Za-z_][A-Za-z0-9_]*)=((?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])*)(?:\s+|$)/gy;
  let end = 0;
  for (const [whole, key = "", value = ""] of text.matchAll(pair)) {
    vars.set(key, unquoted(value));
    end += whole.length;
  }
  if (end !== text.length) throw badExtraVars(whatIsWrong(text.slice(end), vars));
  return vars;
}

/** Names no value: it may be a password, or the half of one. */
function whatIsWrong(rest: string, before: Dict): string {
  const name = /^([^\s=]+)=/.exec(rest)?.[1];
  if (name !== undefined) return `what is given for "${name}" cannot be read`;
  const last = before.keys().at(-1);
  return `${last === undefined ? "it" : `what stands behind "${last}=..."`} is not key=value`;
}

function unquoted(value: string): string {
  return value.replaceAll(
    /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g,
    (_, double?: string, single?: string, escaped?: string) =>
      double === undefined ? (single ?? escaped ?? "") : double.replaceAll(/\\(["\\])/g, "$1"),
  );
}

function badExtraVars(why: string): KmendError {
  return new KmendError(
    {
      code: "bad-extra-vars",
      message: `Cannot take --extra-vars: ${why}`,
      hint: "Write k=v, a dictionary in braces, or @FILE",
    },
    exitCodes.badOptions,
  );
}
