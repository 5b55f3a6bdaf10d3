/** Tests on text. */

import { type Test, test } from "../define.ts";
import { asFlag, asText, defined } from "../python/convert.ts";
import { templateError } from "../python/failure.ts";
import { pythonRegex } from "../python/regex.ts";
import { str } from "../python/text.ts";
import type { Value } from "../values.ts";

/** Anchored or not as Python's functions of these names are. */
function matches(
  text: string,
  pattern: string,
  kind: string,
  ignoreCase: Value | undefined,
  multiline: Value | undefined,
): boolean {
  const options = { ignoreCase: asFlag(ignoreCase, false), multiline: asFlag(multiline, false) };
  const regex = pythonRegex(pattern, options);
  if (kind === "search") return regex.test(text);
  if (kind === "match") return regex.exec(text)?.index === 0 || startsWith(text, pattern, options);
  if (kind === "fullmatch") return pythonRegex(`(?:${pattern})\\Z`, options).exec(text)?.index === 0;
  throw templateError(`Unknown match type: ${kind}`);
}

/** The first match may lie later although one at the start exists only with an anchor. */
function startsWith(
  text: string,
  pattern: string,
  options: { ignoreCase: boolean; multiline: boolean },
): boolean {
  return /^\(\?[aiLmsux]+\)/.test(pattern) ? false : pythonRegex(`\\A(?:${pattern})`, options).test(text);
}

const regexParameters = ["pattern", "ignorecase", "multiline"] as const;

export const textTests: Readonly<Record<string, Test>> = {
  lower: test(
    "All letters are small",
    [],
    (value) => /\p{L}/u.test(str(value)) && str(value) === str(value).toLowerCase(),
  ),
  upper: test(
    "All letters are capitals",
    [],
    (value) => /\p{L}/u.test(str(value)) && str(value) === str(value).toUpperCase(),
  ),
  match: test("It starts with what the regular expression matches", regexParameters, (value, args) =>
    matches(str(defined(value)), asText(args.pattern), "match", args.ignorecase, args.multiline),
  ),
  search: test("The regular expression matches somewhere in it", regexParameters, (value, args) =>
    matches(str(defined(value)), asText(args.pattern), "search", args.ignorecase, args.multiline),
  ),
  regex: test(
    "The regular expression matches: search, match or fullmatch",
    [...regexParameters, "match_type"],
    (value, args) =>
      matches(
        str(defined(value)),
        asText(args.pattern),
        asText(args.match_type, "search"),
        args.ignorecase,
        args.multiline,
      ),
  ),
  url: test(
    "It is a URL, of one of the schemes if given",
    ["schemes"],
    (value, { schemes }) => isUri(str(value), schemes) && /^[^:]+:\/\/[^/]/.test(str(value)),
  ),
  uri: test("It is a URI, of one of the schemes if given", ["schemes"], (value, { schemes }) =>
    isUri(str(value), schemes),
  ),
  urn: test("It is a URN", [], (value) => /^urn:[^:/]+:.+/i.test(str(value))),
};

function isUri(text: string, schemes: Value | undefined): boolean {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1];
  if (scheme === undefined) return false;
  if (schemes === undefined || schemes === null) return true;
  return (Array.isArray(schemes) ? schemes : [schemes]).some((each: Value) => str(each) === scheme);
}
