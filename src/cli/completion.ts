import { readdir } from "node:fs/promises";
import { Command } from "commander";
import { createFileStore, stateFolder } from "../journal/journal.ts";
import { moduleNames } from "../modules/modules.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import type { Vault } from "../vault/vault.ts";
import type { CommandEntry } from "./commands.ts";

const scripts: Readonly<Record<string, string>> = {
  bash: `_kmend() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(kmend completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _kmend kmend`,
  zsh: `#compdef kmend
_kmend() {
  local -a found
  found=("\${(@f)$(kmend completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a found || _files
}
compdef _kmend kmend`,
  fish: `complete -c kmend -f -a '(kmend completion words -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
};

/** `kmend completion SHELL`; the scripts call `kmend completion words` for what may stand next. */
export function completionCommand(commands: readonly CommandEntry[]): Command {
  return new Command("completion")
    .description(
      "Print the completion script for a shell: commands, options, hosts, groups, runs and modules complete",
    )
    .argument("<shell>", "bash, zsh or fish")
    .argument("[words...]", "the command line until the cursor (the scripts' own use)")
    .addHelpText(
      "after",
      "\nExamples:\n  source <(kmend completion bash)\n  kmend completion fish > ~/.config/fish/completions/kmend.fish\n\nExit codes: 0 well, 1 no such shell",
    )
    .action(async (shell: string, words: string[]) => {
      if (shell === "words") console.log((await complete(commands, words)).join("\n"));
      else console.log(scriptFor(shell));
    });
}

function scriptFor(shell: string): string {
  const script = scripts[shell];
  if (script) return script;
  throw new KmendError(
    {
      code: "unknown-shell",
      message: `Cannot complete for "${shell}": known are ${Object.keys(scripts).join(", ")}`,
    },
    exitCodes.error,
  );
}

/** What may stand where the cursor is: the last of `words` is the word begun. */
async function complete(
  commands: readonly CommandEntry[],
  words: readonly string[],
): Promise<readonly string[]> {
  const [name, ...rest] = words;
  if (rest.length === 0) return commands.map((command) => command.name);
  const command = await commandOf(
    commands.find((each) => each.name === name),
    rest.slice(0, -1),
  );
  if (rest.at(-1)?.startsWith("-")) return optionsOf(command);
  if (command && command.commands.length > 0) return command.commands.map((each) => each.name());
  const before = rest.at(-2) ?? "";
  if (name === "doc") return moduleNames();
  if (name === "show" || name === "report" || name === "rollback")
    return [
      "last",
      ...(await createFileStore(stateFolder(undefined, process.env)).list()).map((run) => run.run),
    ];
  if (before === "-l" || before === "--limit") return hostsOf(rest);
  return playbooksHere();
}

/** The command that these words lead to: `lab pods create` is a command of a command of a command. */
async function commandOf(
  entry: CommandEntry | undefined,
  words: readonly string[],
): Promise<Command | undefined> {
  let command = await entry?.load();
  for (const word of words) command = command?.commands.find((each) => each.name() === word) ?? command;
  return command;
}

function optionsOf(command: Command | undefined): readonly string[] {
  return (
    command?.options.filter((option) => !option.hidden).map((option) => option.long ?? option.flags) ?? []
  );
}

/** Names stand outside of what is encrypted in most inventories, and nobody is asked for a password here. */
const blindVault: Vault = { open: () => Buffer.alloc(0), hide: () => {} };

async function hostsOf(words: readonly string[]): Promise<readonly string[]> {
  const { loadInventory } = await import("../inventory/inventory.ts");
  const sources = words.flatMap((word, i) =>
    word === "-i" || word === "--inventory" ? [words[i + 1] ?? ""] : [],
  );
  const inventory = await loadInventory(sources, { vault: blindVault });
  return [...inventory.groups, ...inventory.hosts].map((each) => each.name);
}

async function playbooksHere(): Promise<readonly string[]> {
  const names = await readdir(".").catch(() => []);
  return names.filter((name) => /\.ya?ml$/.test(name));
}
