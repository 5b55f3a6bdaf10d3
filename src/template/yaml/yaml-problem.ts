/** Says what is wrong with a YAML source in words that lead to the mend. */

import { exitCodes, KmendError, type Place } from "../../problem/problem.ts";

/** A `yaml-syntax` problem at its place. */
export function yamlProblem(reason: string, place: Place, hint?: string): KmendError {
  return new KmendError(
    { code: "yaml-syntax", message: `Cannot read YAML: ${reason}`, place, ...(hint ? { hint } : {}) },
    exitCodes.parseError,
  );
}

/** What people usually meant, by the look of the line that the parser stopped at. */
export function likelyMend(reason: string, line: string, before: string): string | undefined {
  for (const text of [line, before]) {
    if (/(?:^|[:-])\s+\{\{/.test(text) && !/[:-]\s+["'|>]/.test(text))
      return `A value that starts with {{ must be quoted, or YAML takes it for a mapping: "${quotable(text)}"`;
  }
  if (/^\s*\t/.test(line) || reason.includes("tab")) return "Indent with spaces: YAML allows no tabs there.";
  for (const text of [line, before]) {
    if (/:\s+(["']).*\1\s*[^\s#,}\]]/.test(text))
      return "Text goes on after the closing quote: quote the whole value, or none of it.";
    if (/:\s+[@`%]/.test(text)) return "A value that starts with @, ` or % must be quoted.";
    if (/^[^#"']*:\s+[^"'#|>[{]*:(?:\s|$)/.test(text))
      return "A value that holds a colon and a space must be quoted.";
  }
  if (/deficient|unexpected end/.test(reason))
    return "A quote, bracket or brace opened above is not closed, or the lines below it are indented too little.";
  if (reason.includes("indentation") || reason.includes("document separator"))
    return "Keys of one mapping, and dashes of one list, must start in the same column.";
  return undefined;
}

function quotable(line: string): string {
  return line.slice(line.indexOf("{{")).trim().replaceAll('"', "'");
}
