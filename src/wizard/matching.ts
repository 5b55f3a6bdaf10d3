/** Names that a pattern of words finds. */

/** Names that some word of the pattern finds, and none with `!` before it; words have spaces, commas or colons between. Only words with
 *  `!`: all but those. A word without `*` also finds names that have it in them. */
export function matching(names: readonly string[], pattern: string): readonly string[] {
  const words = pattern.split(/[\s,:]+/).filter((word) => word !== "" && word !== "!");
  const out = words.filter((word) => word.startsWith("!")).map((word) => asRegExp(word.slice(1)));
  const into = words
    .filter((word) => !word.startsWith("!"))
    .map((word) => ({ text: word.toLowerCase(), whole: asRegExp(word) }));
  return names.filter(
    (name) =>
      (into.length === 0
        ? out.length > 0
        : into.some(({ text, whole }) => whole.test(name) || name.toLowerCase().includes(text))) &&
      !out.some((word) => word.test(name)),
  );
}

function asRegExp(word: string): RegExp {
  const literal = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("\\*", ".*").replaceAll("\\?", ".")}$`, "i");
}
