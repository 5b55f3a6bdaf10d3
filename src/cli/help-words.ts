/** What a command's file has to say below its options: notes, examples, exit codes. */

import type { EventEmitter } from "node:events";
import type { Command } from "commander";

export interface HelpWords {
  readonly notes: readonly string[];
  /** The same, of lists only what they list. */
  readonly shortNotes: readonly string[];
  /** A line each, indented. */
  readonly examples: readonly string[];
  readonly exitCodes: string;
  /** The same in one paragraph. */
  readonly shortExitCodes: string;
}

const columns = 80;

/** Takes from a command the text that commander would print after its help. */
export function takeHelpWords(command: Command): HelpWords {
  let text = "";
  const listened = command as unknown as EventEmitter; // as it is, which its types leave out
  listened.emit("afterHelp", { error: false, command, write: (more: string) => (text += more) });
  listened.removeAllListeners("afterHelp");
  const paragraphs = text.trim().split(/\n\n+/);
  const begins = (title: string) => (each: string) => each.startsWith(title);
  const codes = paragraphs.find(begins("Exit codes:")) ?? "";
  const notes = paragraphs.filter((each) => !begins("Examples:")(each) && each !== codes);
  return {
    notes: notes.map(reflowed),
    shortNotes: notes.map((each) => (isList(each) ? termsOf(each) : reflowed(each))),
    examples: paragraphs.find(begins("Examples:"))?.split("\n").slice(1) ?? [],
    exitCodes: reflowed(codes),
    shortExitCodes: codes
      .replaceAll(/,?\n +/g, ", ")
      .replaceAll(/ {2,}/g, " ")
      .replace(":,", ":"),
  };
}

/** A list keeps its lines, prose is broken anew. */
function reflowed(paragraph: string): string {
  const lines = paragraph.split("\n");
  if (!isList(paragraph))
    return wrapped(lines.map((line) => line.trim()).join(" "), hanging(paragraph)).join("\n");
  return lines.flatMap((line) => wrapped(line, hanging(line))).join("\n");
}

function isList(paragraph: string): boolean {
  const [, ...items] = paragraph.split("\n");
  return items.length > 0 && items.every((line) => /^ {2}\S/.test(line));
}

/** `Faults: locked, full-disk`. */
function termsOf(list: string): string {
  const [title = "", ...items] = list.split("\n");
  return wrapped(`${title} ${items.map((item) => item.trim().split(/ {2,}/)[0]).join(", ")}`, "  ").join(
    "\n",
  );
}

/** What stands before a line's own words. */
function hanging(line: string): string {
  const [term = ""] = /^(?: *\S+ {2,}|Exit codes: )/.exec(line) ?? [];
  return " ".repeat(term.length);
}

/** The text in lines that fit, those after the first indented. */
export function wrapped(text: string, indent = ""): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?<=\S) (?=\S)/)) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = indent + word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
