/** The newlines at a template's end. */

import type { Syntax } from "../jinja/syntax.ts";

/** Jinja drops one newline at the end of a source. */
export function withoutLastNewline(source: string): string {
  return source.endsWith("\n") ? source.slice(0, -1) : source;
}

/** A template ends with as many newlines as its source, though blocks may have eaten some. */
export function withNewlines(text: string, source: string, syntax: Syntax): string {
  const missing = trailingNewlines(source) - trailingNewlines(text);
  return missing > 0 ? text + syntax.newlineSequence.repeat(missing) : text;
}

function trailingNewlines(text: string): number {
  let count = 0;
  while (count < text.length && text[text.length - 1 - count] === "\n") count++;
  return count;
}
