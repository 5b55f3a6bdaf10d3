/** What the program says of its commands, as data: both pages of them are made from it. */

import type { Command } from "commander";
import { commands } from "../../src/cli/commands.ts";

export interface Term {
  /** As it is typed: `-i, --inventory <source>`. */
  readonly term: string;
  readonly meaning: string;
}

export interface CommandPage {
  /** With those that it belongs to: `kmend lab up`. */
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly arguments: readonly Term[];
  readonly groups: readonly { readonly title: string; readonly options: readonly Term[] }[];
  readonly commands: readonly CommandPage[];
  /** What its help ends with: examples, exit codes. */
  readonly endings: readonly { readonly title: string; readonly lines: readonly string[] }[];
}

/** Every command, in the order of `kmend --help`. */
export function readCommands(): Promise<readonly CommandPage[]> {
  return Promise.all(commands.map(async ({ load }) => read(await load(), "kmend")));
}

function read(command: Command, parent: string): CommandPage {
  const help = command.createHelp();
  const name = `${parent} ${command.name()}`;
  // Every command has it: the pages say so once.
  const options = help.visibleOptions(command).filter(({ long }) => long !== "--help");
  const groups = help.groupItems([...command.options], options, (option) =>
    (option.helpGroupHeading ?? "Options").replace(/:$/, ""),
  );
  return {
    name,
    summary: help.commandDescription(command),
    usage: `${name} ${command.usage()}`,
    arguments: help
      .visibleArguments(command)
      .map((each) => ({ term: help.argumentTerm(each), meaning: help.argumentDescription(each) }))
      .filter(({ meaning }) => meaning !== ""),
    groups: [...groups]
      .filter(([, those]) => those.length > 0)
      .map(([title, those]) => ({
        title,
        options: those.map((each) => ({
          term: help.optionTerm(each),
          meaning: help.optionDescription(each),
        })),
      })),
    commands: help
      .visibleCommands(command)
      .filter((each) => each.name() !== "help")
      .map((each) => read(each, name)),
    endings: endings(command),
  };
}

/** Commander keeps the texts after a help to itself, but prints them. */
function endings(command: Command): CommandPage["endings"] {
  let printed = "";
  command.configureOutput({ writeOut: (text) => (printed += text) }).outputHelp();
  const after = printed.slice(command.helpInformation().length);
  return [...after.matchAll(/^([A-Z][\w ]+):(.*(?:\n(?:[ \t].*)?$)*)/gm)].map(
    ([, title = "", text = ""]) => ({
      title,
      lines: text
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean),
    }),
  );
}
