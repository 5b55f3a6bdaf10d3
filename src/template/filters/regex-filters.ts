/** Filters with regular expressions, in Python's syntax. */

import { type Filter, filter, freeFilter } from "../define.ts";
import { asCount, asFlag, asText } from "../python/convert.ts";
import { templateError } from "../python/failure.ts";
import { pythonRegex, replacement } from "../python/regex.ts";
import { str } from "../python/text.ts";
import { Tuple, type Value } from "../values.ts";

export const regexFilters: Readonly<Record<string, Filter>> = {
  regex_replace: filter(
    "Replaces what a regular expression matches",
    ["pattern", "replacement", "ignorecase", "multiline", "count", "mandatory_count"],
    (value, args) => {
      const regex = pythonRegex(asText(args.pattern), flags(args.ignorecase, args.multiline));
      const expand = replacement(asText(args.replacement));
      const limit = asCount(args.count, 0);
      const text = str(value);
      let result = "";
      let at = 0;
      let count = 0;
      for (const match of text.matchAll(regex)) {
        if (limit > 0 && count >= limit) break;
        result += text.slice(at, match.index) + expand(match as RegExpExecArray);
        at = match.index + match[0].length;
        count++;
      }
      if (count < asCount(args.mandatory_count, 0))
        throw templateError(
          `'${asText(args.pattern)}' should match ${asCount(args.mandatory_count, 0)} times, but matches ${count} times in '${text}'`,
        );
      return result + text.slice(at);
    },
  ),
  regex_search: freeFilter(
    "The first match of a regular expression, or the groups asked for",
    (value, { positional, named }) => {
      const [pattern, ...groups] = positional;
      const regex = pythonRegex(
        asText(pattern ?? named.get("regex")),
        flags(named.get("ignorecase"), named.get("multiline")),
      );
      const wanted = groups.map((group) => groupName(str(group)));
      const match = regex.exec(str(value));
      if (!match) return null;
      return wanted.length === 0 ? match[0] : wanted.map((group) => captured(match, group));
    },
  ),
  regex_findall: filter(
    "Every match of a regular expression",
    ["regex", "multiline", "ignorecase"],
    (value, args) =>
      [...str(value).matchAll(pythonRegex(asText(args.regex), flags(args.ignorecase, args.multiline)))].map(
        (match): Value => {
          if (match.length === 1) return match[0];
          if (match.length === 2) return match[1] ?? "";
          return new Tuple(match.slice(1).map((group) => group ?? ""));
        },
      ),
  ),
  regex_escape: filter(
    "The text as a regular expression that matches just it",
    ["re_type"],
    (value, args) => {
      const type = asText(args.re_type, "python");
      if (type === "posix_basic") return str(value).replace(/[\\[.^$*\]]/g, "\\$&");
      if (type !== "python") throw templateError(`Regex type (${type}) not yet implemented`);
      return str(value).replace(/[-\\^$.*+?()[\]{}|&~#\s]/g, "\\$&");
    },
  ),
};

function flags(ignoreCase: Value | undefined, multiline: Value | undefined) {
  return { ignoreCase: asFlag(ignoreCase, false), multiline: asFlag(multiline, false) };
}

/** `\\1` and `\\g<name>`. */
function groupName(group: string): string {
  const name = /^\\(?:g<(\w+)>|(\d+))$/.exec(group);
  if (!name) throw templateError("Unknown argument");
  return (name[1] ?? name[2]) as string;
}

function captured(match: RegExpExecArray, group: string): Value {
  if (match.groups && Object.hasOwn(match.groups, group)) return match.groups[group] ?? null;
  if (!/^\d+$/.test(group) || Number(group) >= match.length) throw templateError("no such group");
  return match[Number(group)] ?? null;
}
