import { Command } from "commander";
import { exitCodes, KmendError } from "../problem/problem.ts";
import type { CommandEntry } from "./commands.ts";
import { type Completion, complete } from "./complete.ts";
import { completionScripts } from "./completion-scripts.ts";
import { readShellLine, writtenBack } from "./shell-line.ts";

/** `kmend completion SHELL`; the scripts call `kmend completion words` or `line` for what may stand next. */
export function completionCommand(commands: readonly CommandEntry[]): Command {
  return new Command("completion")
    .description(
      "Print the completion script for a shell: commands, options, hosts, groups, runs, tags, tasks and modules complete",
    )
    .argument("<shell>", "bash, zsh or fish")
    .argument("[words...]", "the command line until the cursor (the scripts' own use)")
    .addHelpText(
      "after",
      '\nExamples:\n  source <(kmend completion bash)\n  kmend completion zsh > "$fpath[1]/_kmend"\n  kmend completion fish > ~/.config/fish/completions/kmend.fish\n\nExit codes: 0 well, 1 no such shell',
    )
    .action(async (shell: string, words: string[]) => {
      if (shell === "words") answer(await complete(commands, words));
      else if (shell === "line") await answerBash(commands, words);
      else console.log(scriptFor(shell));
    });
}

async function answerBash(commands: readonly CommandEntry[], [breaks = "", text = ""]: readonly string[]) {
  const line = readShellLine(text, breaks);
  const found = await complete(commands, line.words.slice(1));
  answer({ ...found, words: found.words.map((word) => writtenBack(word, line)) });
}

function answer(found: Completion): void {
  console.log([found.kind, ...found.words].join("\n"));
}

function scriptFor(shell: string): string {
  const script = completionScripts[shell];
  if (script) return script;
  throw new KmendError(
    {
      code: "unknown-shell",
      message: `Cannot complete for "${shell}": known are ${Object.keys(completionScripts).join(", ")}`,
    },
    exitCodes.error,
  );
}
