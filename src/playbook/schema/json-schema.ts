/** What a JSON Schema (draft-07) is here, and the two things that every part of it is made of. */

/** A schema; `errorMessage` and `doNotSuggest` are the YAML language server's, and mean nothing to others. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

/** A pattern of text that either is so, or is a template that nothing is known of before it is rendered. */
export function orTemplate(pattern: RegExp): string {
  return `(?:${pattern.source})|${template.source}`;
}

/** As `isTemplate` sees it. */
export const template = /\{[{%#]/;

/** The text in any case of letters: a schema's patterns know no flags. */
export function anyCase(word: string): string {
  return word.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`).replaceAll(".", "\\.");
}

/** Refuses these keys and says why, without making them known to whoever completes. */
export function refusing(names: readonly string[], errorMessage: string): JsonSchema {
  return { properties: Object.fromEntries(names.map((name) => [name, false])), errorMessage };
}

/** Takes these keys alone. */
export function only(
  names: readonly string[],
  errorMessage: string,
  ...patterns: readonly string[]
): JsonSchema {
  const all = `^(?:${names.map((name) => name.replaceAll(".", "\\.")).join("|")})$`;
  return { propertyNames: { pattern: [all, ...patterns].join("|"), errorMessage } };
}
