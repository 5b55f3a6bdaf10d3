import { Command } from "commander";
import { exitCodes, KmendError } from "../problem/problem.ts";
import { fix } from "../wizard/wizard.ts";
import { fixAsker } from "./fix-asker.ts";
import { comeBackCommand } from "./fix-command.ts";
import { readKept } from "./fix-kept.ts";
import { fixWork } from "./fix-work.ts";
import { stdoutPaper } from "./paper.ts";
import {
  addConnectionOptions,
  addLockOption,
  addOutputOptions,
  addWatcherOptions,
  type RunFlags,
} from "./run-options.ts";
import { readSettings } from "./settings.ts";
import { checkTelemetry } from "./telemetry.ts";

export interface FixFlags extends RunFlags {
  readonly resume?: boolean;
  readonly plain?: boolean;
}

/** A line that is longer is harder to read, however wide the screen is. */
const widest = 100;

/** `kmend fix`. */
export function fixCommand(): Command {
  const command = new Command("fix")
    .description(
      "Find the leak, explain it, choose its mend, and see it through, asked where there is a choice",
    )
    .option("--resume", "come back to where it was left: by Ctrl-C, a lost terminal or a crash")
    .option("--plain", "ask a line at a time and draw over nothing, for screen readers and simple terminals");
  return addOutputOptions(addWatcherOptions(addConnectionOptions(addLockOption(command))))
    .addHelpText(
      "after",
      `
Nothing is changed before the one confirmation. It ends with the command that does the same without being asked.

Examples:
  kmend fix -i inventory/example.yml
  kmend fix --resume --plain

Exit codes:
  0   every host that was chosen no longer leaks, or nothing was to be done
  2   some host of them still leaks, or could not be read
  99  left in the middle: kmend fix --resume comes back
  1   an error
  5   bad options, no terminal, or nothing to come back to`,
    )
    .action(async (flags: FixFlags, self: Command) => {
      if (!process.stdin.isTTY || !process.stdout.isTTY) throw noTerminal(flags);
      process.exitCode = await fixOnTerminal(flags, self);
    });
}

async function fixOnTerminal(flags: FixFlags, command: Command): Promise<number> {
  await checkTelemetry(flags);
  const paper = stdoutPaper();
  const isPlain = flags.plain === true || process.env["TERM"] === "dumb";
  const kept = flags.resume ? readKept(flags.state) : null;
  const asker = fixAsker(paper, isPlain);
  const named = flags.inventory ?? readSettings(process.env).inventory?.split(",") ?? null;
  // Between questions Ctrl-C must not kill the process: what stands is to be said.
  const stay = (): void => {};
  process.on("SIGINT", stay);
  try {
    return await fix(fixWork(flags, { command, paper, isPlain }), asker, {
      width: Math.min(widest, paper.columns),
      inventory: kept ? null : named,
      kept,
      comeBack: comeBackCommand(command),
    });
  } finally {
    process.off("SIGINT", stay);
  }
}

function noTerminal({ inventory }: FixFlags): KmendError {
  const from = (inventory ?? ["INVENTORY"]).map((source) => `-i ${source}`).join(" ");
  return new KmendError(
    {
      code: "no-terminal",
      message: "Cannot ask what to mend: standard input and output are not both a terminal",
      hint: `Without being asked, look first, and then mend:\n    kmend scan ${from}\n    kmend run ${from} kmend.playbooks.kmem`,
    },
    exitCodes.badOptions,
  );
}
