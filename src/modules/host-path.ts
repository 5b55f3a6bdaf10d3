/** Paths as playbooks write them: `~` and `$NAME` stand for what they are on the host. */

import { quote, raw, type Script } from "../script/script.ts";

/** A path as one shell word: a leading `~` or `~user` and each `$NAME` or `${NAME}` expand on the host (a name that is
 *  not set stays as written, as Python's expandvars has it); everything else is literal. */
export function hostPath(path: string): Script {
  const [, tilde = "", rest = path] = /^(~[A-Za-z0-9_.-]*)(?=\/|$)([\s\S]*)$/.exec(path) ?? [];
  return raw((tilde === "~" ? '"$HOME"' : tilde) + expandable(rest, quote) || "''");
}

/** A shell pattern as one word: `*`, `?` and `[...]` match on the host, everything else is as in {@link hostPath}. */
export function hostGlob(path: string): Script {
  const [, tilde = "", rest = path] = /^(~[A-Za-z0-9_.-]*)(?=\/|$)([\s\S]*)$/.exec(path) ?? [];
  const globbed = (text: string) =>
    text.replace(/[*?[\]]+|[^*?[\]]+/g, (part) => (/[*?[\]]/.test(part) ? part : quote(part)));
  return raw((tilde === "~" ? '"$HOME"' : tilde) + expandable(rest, globbed) || "''");
}

function expandable(text: string, literal: (text: string) => string): string {
  return text
    .split(/(\$\w+|\$\{\w+\})/)
    .map((part, index) => {
      if (part === "") return "";
      if (index % 2 === 0) return literal(part);
      const name = part.replace(/[${}]/g, "");
      // $1 and $0 are the shell's own, not the environment's.
      return /^\d/.test(name) ? quote(part) : `"\${${name}-\\$${part.slice(1)}}"`;
    })
    .join("");
}

/** The folder that holds a path, as dirname(1) has it. */
export function folderOf(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  const slash = trimmed.lastIndexOf("/");
  if (slash < 0) return trimmed === "" && path !== "" ? "/" : ".";
  return trimmed.slice(0, slash).replace(/\/+$/, "") || "/";
}

/** A path's last name, without trailing slashes. */
export function nameOf(path: string): string {
  return path.replace(/\/+$/, "").split("/").at(-1) ?? "";
}
