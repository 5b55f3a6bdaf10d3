/** What every subcommand of `kmend lab` has: the lab that it means, and how its help ends. */

import { Command, InvalidArgumentError } from "commander";
import { stateFolder } from "../journal/journal.ts";

export interface LabFlags {
  readonly name: string;
  readonly state?: string;
}

/** A subcommand that says which lab it means. */
export function subcommand(name: string, summary: string): Command {
  return new Command(name)
    .description(summary)
    .option("--name <name>", "which lab; several can be up at once", labName, "lab")
    .option("--state <dir>", "keep it here instead of $KMEND_STATE or the XDG state folder");
}

/** What ends its help. */
export function epilogue(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((line) => `  ${line}\n`).join("")}\nExit codes: 0 well, 1 error, 5 bad options, 99 interrupted`;
}

/** The lab that the flags name, and where it is kept. */
export function lab({ name, state }: LabFlags): { readonly name: string; readonly state: string } {
  return { name, state: stateFolder(state, process.env) };
}

function labName(text: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(text))
    throw new InvalidArgumentError(
      "It must be up to 31 of a-z, 0-9 and -, beginning with a letter or number.",
    );
  return text;
}
