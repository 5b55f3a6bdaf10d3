/** What `--help` prints: a page that fits any terminal, with what is used most, and behind `--all` everything. */

import { type Command, Help, type Option } from "commander";
import { type HelpWords, takeHelpWords, wrapped } from "./help-words.ts";

/** The smallest terminal that people still have. */
const page = { lines: 24, columns: 80 } as const;

/** What most people want of a command that takes many options, beside those that it alone has. */
const commonest = [
  "--in-flight",
  "--allow-changes",
  "--inventory",
  "--limit",
  "--extra-vars",
  "--tags",
  "--become",
  "--on-failure",
  "--user",
  "--report",
  "--output",
  "--ask-become-pass",
  "--vault-password-file",
  "--forks",
];

/** Whether argv asks for the help of a command with all that it takes; and argv without saying so. */
export function askedForAll(argv: readonly string[]): {
  readonly isAll: boolean;
  readonly rest: readonly string[];
} {
  const isAsked = argv[0] === "help" || /^(?:-h|--help)$/.test(argv.at(-2) ?? "");
  const isAll = isAsked && argv.at(-1) === "--all" && !argv.includes("--");
  return { isAll, rest: isAll ? argv.slice(0, -1) : argv };
}

/** Has the command, and each below it, show its help as pages. */
export function paged(command: Command, isAll: boolean): Command {
  const words = takeHelpWords(command);
  command.configureHelp({
    helpWidth: page.columns,
    formatHelp: (shown, helper) => {
      const all = wholeHelp(shown, helper, words);
      const isFitting = all.split("\n").length - 1 <= page.lines;
      return isAll || isFitting ? all : firstPage(shown, helper, words);
    },
  });
  for (const each of command.commands) paged(each, isAll);
  return command;
}

function wholeHelp(command: Command, helper: Help, { notes, examples, exitCodes }: HelpWords): string {
  const theirs = Help.prototype.formatHelp.call(helper, command, helper).trimEnd();
  return `${[theirs, ...notes, ["Examples:", ...examples].join("\n"), exitCodes].join("\n\n")}\n`;
}

function firstPage(command: Command, helper: Help, words: HelpWords): string {
  const head = [
    ...wrapped(`Usage: ${helper.commandUsage(command)}`, "       "),
    "",
    ...wrapped(helper.commandDescription(command)),
    "",
  ];
  const notes = words.shortNotes.flatMap((each) => [...each.split("\n"), ""]);
  const examples = ["", "Examples:", ...words.examples.slice(0, 2), ""];
  const tail = [...examples, ...wrapped(words.shortExitCodes, "            ")];
  const room = page.lines - head.length - tail.length;
  const isNoteworthy = room - notes.length >= leastOptionLines;
  const middle =
    command.commands.length > 0
      ? commandLines(command, helper)
      : optionLines(command, helper, isNoteworthy ? room - notes.length : room);
  return `${[...head, ...(isNoteworthy ? notes : []), ...middle, ...tail].join("\n")}\n`;
}

/** Without so many, what a command has to say beside its options waits for the whole help. */
const leastOptionLines = 7;

function commandLines(command: Command, helper: Help): string[] {
  const shown = helper.visibleCommands(command).filter((each) => each.name() !== "help");
  const terms = shown.map((each) => [each.name(), each.description()] as const);
  const width = Math.max(...terms.map(([name]) => name.length));
  return [
    "Commands:",
    ...terms.map(([name, text]) => `  ${name.padEnd(width)}  ${clause(text, page.columns - width - 4)}`),
  ];
}

/** The first words of a sentence that stand for themselves. */
function clause(text: string, columns: number): string {
  return text.length <= columns ? text : (/^.*?(?=[,;:] )/.exec(text)?.[0] ?? text);
}

/** As many options as there is room for, the commonest first, shown in the order that they are defined in. */
function optionLines(command: Command, helper: Help, room: number): string[] {
  const options = helper.visibleOptions(command).filter(({ long }) => long !== "--help");
  const ranked = options.toSorted((a, b) => rank(a) - rank(b));
  for (let taken = ranked.length; ; taken--) {
    const chosen = new Set(ranked.slice(0, taken));
    const lines = itemLines(
      options.filter((option) => chosen.has(option)),
      helper,
    );
    const isAll = taken === options.length;
    const title = isAll ? "Options:" : "Used most:";
    const more = [
      "",
      `${isAll ? "More" : `All ${options.length} options`}: kmend help ${pathOf(command)} --all`,
    ];
    if (lines.length + more.length + 1 <= room || taken === 0) return [title, ...lines, ...more];
  }
}

/** A command's own options stand in no group. */
function rank({ long, helpGroupHeading }: Option): number {
  if (helpGroupHeading === undefined) return -1;
  const place = commonest.indexOf(long ?? "");
  return place < 0 ? commonest.length : place;
}

function itemLines(options: readonly Option[], helper: Help): string[] {
  const width = Math.max(0, ...options.map((option) => helper.optionTerm(option).length));
  return options.flatMap((option) =>
    helper.formatItem(helper.optionTerm(option), width, helper.optionDescription(option), helper).split("\n"),
  );
}

/** `lab cluster up`. */
function pathOf(command: Command): string {
  const above = command.parent;
  return above?.parent ? `${pathOf(above)} ${command.name()}` : command.name();
}
