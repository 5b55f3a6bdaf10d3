/** A command line as bash sees it until the cursor, and how a word is written back into it. */

export interface ShellLine {
  /** Unquoted; the last is the word begun, perhaps empty. */
  readonly words: readonly string[];
  /** The quote that the word begun stands in. */
  readonly quote: '"' | "'" | null;
  /** So much of the word begun is there for good: what bash replaces begins behind it. */
  readonly kept: string;
}

/** Takes the line apart. @param breaks what bash itself takes words apart at, beside blanks and quotes */
export function readShellLine(line: string, breaks: string): ShellLine {
  const words: string[] = [];
  let word: string | null = null;
  let quote: ShellLine["quote"] = null;
  let kept = "";
  for (let at = 0; at < line.length; at++) {
    const letter = line[at] ?? "";
    if (quote === null && /\s/.test(letter)) {
      if (word !== null) words.push(word);
      [word, kept] = [null, ""];
    } else if (quote === null && (letter === '"' || letter === "'")) {
      quote = letter;
      kept = word ?? "";
      word ??= "";
    } else if (letter === quote) quote = null;
    else {
      const isEscape =
        letter === "\\" && quote !== "'" && (quote === null || /["\\$`]/.test(line[at + 1] ?? ""));
      word = (word ?? "") + (isEscape ? (line[++at] ?? "") : letter);
      if (!isEscape && quote === null && breaks.includes(letter)) kept = word;
    }
  }
  return { words: [...words, word ?? ""], quote, kept };
}

/** What bash is to put in place of the word begun. */
export function writtenBack(word: string, { quote, kept }: ShellLine): string {
  const rest = word.slice(kept.length);
  // In quotes readline writes the closing one itself.
  if (quote === "'") return rest.replaceAll("'", `'\\''`);
  if (quote === '"') return rest.replaceAll(/["\\$`]/g, "\\$&");
  return rest.replaceAll(/[^\w@%+=:,./-]/g, "\\$&");
}
