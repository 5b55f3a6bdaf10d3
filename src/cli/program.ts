/** Parses argv and runs a command. Each command is one file, loaded only when it is called. */

import { Command } from "commander";
import { exitCodes, formatProblem, harmless, KmendError, systemProblem } from "../problem/problem.ts";
import { commands } from "./commands.ts";
import { askedForAll, paged } from "./help.ts";
import { processMask } from "./process-mask.ts";

const program = new Command("kmend")
  .helpOption("-h, --help", "show this and do nothing else")
  .helpCommand(false)
  .showHelpAfterError("(--help shows what there is)")
  .enablePositionalOptions()
  .exitOverride();

// What becomes of the output never ends a run in the middle of a change. `kmend ... | head` closes the pipe on purpose;
// a full disk below `> FILE` is told once, and is an error in the end.
let isOutputLost = false;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (isOutputLost || error.code === "EPIPE") return;
  isOutputLost = true;
  process.stderr.write(
    `Cannot write the output: ${error.message}\n  What is under way goes on. A run can be read later:\n      kmend show last\n`,
  );
});
process.stderr.on("error", () => {}); // there is nowhere left to say it
// Heard, it kills nobody, and the write itself fails with words: a journal at its limit (`ulimit -f`) ends a run as a full disk does.
process.on("SIGXFSZ", () => {});
process.on("exit", () => {
  if (isOutputLost) process.exitCode ||= exitCodes.error;
});

/** Runs the command that argv names, and prints what goes wrong. Gives the exit code; never throws. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  try {
    const { isAll, rest } = askedForAll(argv);
    return await (rest[0] === "help"
      ? parse(rest.slice(1), { isHelp: true, isAll })
      : parse(rest, { isAll }));
  } catch (error) {
    return report(error);
  }
}

async function parse(
  argv: readonly string[],
  { isHelp = false, isAll }: { readonly isHelp?: boolean; readonly isAll: boolean },
): Promise<number> {
  const wanted = argv.find((word) => !word.startsWith("-"));
  for (const { name, summary, load } of commands) {
    if (name === wanted) program.addCommand(paged(inheriting(await load()), isAll));
    else program.addCommand(new Command(name).description(summary));
  }
  // Without --help commander says itself what it does not know, as where the command is called.
  const words = isHelp && !isUnknown(argv) ? [...argv, "--help"] : argv;
  await program.parseAsync(words, { from: "user" });
  return typeof process.exitCode === "number" ? process.exitCode : exitCodes.ok;
}

/** Whether help is asked of a command that is not there. What comes after a command without commands of its own is its argument. */
function isUnknown(words: readonly string[]): boolean {
  let at: Command = program;
  for (const word of words) {
    if (at.commands.length === 0) return false;
    const next = at.commands.find((each) => each.name() === word);
    if (!next) return word !== "help";
    at = next;
  }
  return false;
}

/** Sub-commands end as the program does: by an exit code, not by leaving the process. */
function inheriting(command: Command): Command {
  command.copyInheritedSettings(program);
  for (const each of command.commands) inheriting(each);
  return command;
}

/** Prints what went wrong, once and without a stack, and gives the exit code. */
function report(error: unknown): number {
  if (error instanceof KmendError) {
    const sorted = [...error.problems].sort(byPlace);
    complain(sorted.map((problem) => formatProblem(problem)).join("\n"));
    return error.exitCode;
  }
  if (error instanceof Error && error.name === "ExitPromptError") {
    complain("Interrupted at a question: nothing was begun with it");
    return exitCodes.interrupted;
  }
  const commanders = error as { code?: unknown; exitCode?: unknown };
  if (typeof commanders.code === "string" && commanders.code.startsWith("commander."))
    return commanders.exitCode === 0 ? exitCodes.ok : exitCodes.badOptions;
  const refused = systemProblem(error);
  if (refused) {
    complain(formatProblem(refused));
    return exitCodes.error;
  }
  complain(
    `Cannot go on: ${error instanceof Error ? error.message : String(error)}\n` +
      "  This is a fault in kmend. What happened until here is in the journal; KMEND_DEBUG=1 shows where it broke.",
  );
  if (process.env["KMEND_DEBUG"] && error instanceof Error) complain(String(error.stack));
  return exitCodes.unexpected;
}

function complain(text: string): void {
  process.stderr.write(`${harmless(processMask.text(text))}\n`);
}

function byPlace(a: KmendError["problems"][number], b: KmendError["problems"][number]): number {
  const [x, y] = [a.place, b.place];
  if (!x || !y) return x ? 1 : y ? -1 : 0;
  return x.file === y.file ? x.line - y.line || x.column - y.column : x.file < y.file ? -1 : 1;
}
