/** Each command line of kmend's that a page shows is one that the program takes: the command is there, and so are its options. */

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { type CommandPage, readCommands } from "../../docs/commands/read.ts";

const root = join(import.meta.dirname, "../..");
// What was so is told there, not what is.
const pages = ["*.md", "docs/**/*.md"]
  .flatMap((pattern) => globSync(pattern, { cwd: root }))
  .filter((page) => page !== "CHANGELOG.md");

interface Shown {
  readonly at: string;
  readonly words: readonly string[];
}

/** Lines of blocks, typed lines of sessions, and code in a sentence. */
function commandLines(page: string): readonly Shown[] {
  const lines = readFileSync(join(root, page), "utf8").split("\n");
  return lines.flatMap((line, i) => {
    const texts = [
      ...(/^(?: {4}|\$ )(kmend .*)/.exec(line)?.slice(1) ?? []),
      ...[...line.matchAll(/`(kmend [^`]+)`/g)].map(([, text = ""]) => text),
    ];
    return texts.map((text) => ({ at: `${page}:${i + 1}`, words: wordsOf(text) }));
  });
}

/** Words as a shell has them, about: quoted ones are one, and a comment, a pipe or columns of words beside it end the line. */
function wordsOf(text: string): readonly string[] {
  const [line = ""] = text.split(/ {2,}(?=\S)| # | \| | > | >> | && |;/);
  const words = line.match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
  return words.slice(1);
}

const commands = await readCommands();

function called(words: readonly string[], among: readonly CommandPage[] = commands): CommandPage | undefined {
  const [first = "", ...rest] = words;
  const found = among.find(({ name }) => name.endsWith(` ${first}`));
  return found && found.commands.length > 0 && rest.length > 0
    ? (called(rest, found.commands) ?? found)
    : found;
}

function optionsOf(command: CommandPage): ReadonlySet<string> {
  const terms = command.groups.flatMap(({ options }) => options.map(({ term }) => term));
  const names = terms.flatMap((term) => term.match(/(?<=^|[ ,])--?[A-Za-z][\w-]*/g) ?? []);
  return new Set([...names, "--help", "-h"]);
}

const shown = pages.flatMap(commandLines);

t.test("each command is there", async (t) => {
  for (const { at, words } of shown) {
    // COMMAND, FILE and the like stand for any.
    if (/^[A-Z…]|^-/.test(words[0] ?? "")) continue;
    t.ok(called(words), `${at}: kmend ${words.join(" ")}`);
  }
  t.ok(shown.length > 150, `${shown.length} command lines`);
});

t.test("and takes each option", async (t) => {
  for (const { at, words } of shown) {
    const command = called(words);
    if (!command) continue;
    const options = optionsOf(command);
    // What another program gets is its own.
    const end = command.name === "kmend lab ssh" ? 3 : words.indexOf("--");
    for (const word of end < 0 ? words : words.slice(0, end)) {
      const [option = ""] = word.split("=");
      if (/^--?[A-Za-z]/.test(option) && !/^-v+$/.test(option))
        t.ok(options.has(option), `${at}: ${command.name} ${option}`);
    }
  }
});
