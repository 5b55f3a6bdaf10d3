/** What may stand where the cursor is, by what the option or the argument there is called. Reads files, reaches no host; what cannot be
 *  read has nothing to offer. */

import type { Command } from "commander";
import { createFileStore, stateFolder } from "../journal/journal.ts";
import { findModule } from "../modules/modules.ts";
import { shippedNames } from "../package/package.ts";
import type { ListedTask } from "../playbook/playbook.ts";
import type { Vault } from "../vault/vault.ts";
import type { CommandEntry } from "./commands.ts";
import { completionScripts } from "./completion-scripts.ts";

/** `files`: the shell completes files, in its own way; `words` may stand there, too. */
export type Completion =
  | { readonly kind: "files"; readonly words: readonly string[] }
  | { readonly kind: "words"; readonly words: readonly string[] };

/** @param words the command line behind `kmend`; the last is the word begun, perhaps empty */
export async function complete(
  commands: readonly CommandEntry[],
  words: readonly string[],
): Promise<Completion> {
  const begun = words.at(-1) ?? "";
  const found = await offered(commands, words);
  if (found === "files") return { kind: "files", words: [] };
  const [kind, offers] =
    "orFiles" in found ? (["files", found.orFiles] as const) : (["words", found] as const);
  const fitting = [...new Set(offers)].filter((word) => word.startsWith(begun) && !/\n/.test(word));
  return { kind, words: fitting };
}

type Offer = "files" | readonly string[] | { readonly orFiles: readonly string[] };

async function offered(commands: readonly CommandEntry[], words: readonly string[]): Promise<Offer> {
  const [name, ...rest] = words[0] === "help" ? words.slice(1) : words;
  if (rest.length === 0)
    return [...commands.map((each) => each.name), ...(words[0] === "help" ? [] : ["help"])];
  const begun = rest.at(-1) ?? "";
  const above = await commands.find((each) => each.name === name)?.load();
  if (!above) return [];
  const { command, given } = descend(above, rest.slice(0, -1));
  const [, long = "", value = ""] = /^(--[\w-]+)=(.*)$/s.exec(begun) ?? [];
  const options = command.options.filter(({ hidden }) => !hidden);
  const asked = long
    ? options.find((option) => option.long === long)
    : options.find((option) => takesValue(option) && isCalled(option, rest.at(-2) ?? ""));
  if (asked) return within(long ? `${long}=` : "", await valuesOf(asked, long ? value : begun, rest));
  if (begun.startsWith("-")) return [...options.map((option) => option.long ?? option.flags), "--help"];
  if (words[0] === "help" || command.commands.length > 0) return command.commands.map((each) => each.name());
  return argumentOf(command, given, begun, rest);
}

function isCalled(
  { short, long }: { short?: string | undefined; long?: string | undefined },
  word: string,
): boolean {
  return word === short || word === long;
}

function takesValue({ required, optional }: { required: boolean; optional: boolean }): boolean {
  return required || optional;
}

/** The command of a command that the words lead to, and how many arguments of it are there already. */
function descend(above: Command, words: readonly string[]): { command: Command; given: number } {
  let command = above;
  let given = 0;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const below = command.commands.find((each) => each.name() === word);
    const option = command.options.find((each) => isCalled(each, word));
    if (below) command = below;
    else if (option) at += takesValue(option) ? 1 : 0;
    else if (!word.startsWith("-")) given++;
  }
  return { command, given };
}

function within(prefix: string, offer: Offer): Offer {
  return offer === "files" || "orFiles" in offer ? offer : offer.map((word) => prefix + word);
}

interface Named {
  readonly long?: string | undefined;
  readonly flags: string;
  readonly argChoices?: string[] | undefined;
}

async function valuesOf(
  { long = "", flags, argChoices }: Named,
  begun: string,
  words: readonly string[],
): Promise<Offer> {
  if (argChoices) return argChoices;
  switch (long) {
    case "--limit":
      return begun.startsWith("@") ? "files" : pieces(begun, /^(?:.*[:,!&])?/s, await hostsAndGroups(words));
    case "--explain":
    case "--host":
      return hostsOf(words);
    case "--tags":
    case "--skip-tags":
      return pieces(
        begun,
        /^(?:.*,)?/s,
        (await tasksOf(words)).flatMap(({ tags }) => tags),
      );
    case "--start-at-task":
      return (await tasksOf(words)).map(({ name }) => name);
    case "--connection":
      return ["ssh", "openssh", "local"];
    case "--become-method":
      return ["sudo", "su", "doas"];
    case "--extra-vars":
      return begun.startsWith("@") ? "files" : [];
    case "--vault-id":
      return begun.includes("@") && !begun.endsWith("@") ? "files" : [`${begun.replace(/@.*/s, "")}@prompt`];
    case "--report": {
      const { reportFormats } = await import("../report/report.ts");
      return begun.includes("=") ? "files" : Object.keys(reportFormats).map((format) => `${format}=`);
    }
    default:
      return /<(?:file|dir|source|folder)>/.test(flags) ? "files" : [];
  }
}

async function argumentOf(
  command: Command,
  given: number,
  begun: string,
  words: readonly string[],
): Promise<Offer> {
  const all = command.registeredArguments;
  const argument = all[given] ?? (all.at(-1)?.variadic ? all.at(-1) : undefined);
  if (!argument) return [];
  if (argument.argChoices) return argument.argChoices;
  switch (argument.name()) {
    case "run": {
      const state = valuesAfter(["--state"], words).at(-1);
      return ["last", ...(await createFileStore(stateFolder(state, process.env)).ids())];
    }
    case "group":
      return (await inventoryOf(words))?.groups.map(({ name }) => name) ?? [];
    case "name":
      return (await import("./doc-entries.ts")).docEntries().map(({ name }) => name);
    case "shell":
      return Object.keys(completionScripts);
    case "fault":
      return (await import("../lab/lab.ts")).faultNames;
    case "playbook":
      return { orFiles: [...shippedNames().playbooks.keys()] };
    case "plan":
    case "file":
    case "files":
      return "files";
    default:
      return begun === "" ? [] : "files";
  }
}

/** Names behind what is there of a list already. */
function pieces(begun: string, there: RegExp, names: readonly string[]): readonly string[] {
  const [before = ""] = there.exec(begun) ?? [];
  return names.map((name) => before + name);
}

/** Names stand outside of what is encrypted in most inventories, and nobody is asked for a password here. */
const blindVault: Vault = { open: () => Buffer.alloc(0), hide: () => {} };

async function inventoryOf(words: readonly string[]) {
  const { loadInventory } = await import("../inventory/inventory.ts");
  const { readSettings } = await import("./settings.ts");
  const named = valuesAfter(["-i", "--inventory"], words);
  const sources = named.length > 0 ? named : (readSettings(process.env).inventory?.split(",") ?? []);
  return loadInventory(sources, { vault: blindVault }).catch(() => null);
}

async function hostsAndGroups(words: readonly string[]): Promise<readonly string[]> {
  const inventory = await inventoryOf(words);
  return inventory ? [...inventory.groups, ...inventory.hosts].map(({ name }) => name) : [];
}

async function hostsOf(words: readonly string[]): Promise<readonly string[]> {
  return (await inventoryOf(words))?.hosts.map(({ name }) => name) ?? [];
}

/** The tasks of the playbooks that the line names. */
async function tasksOf(words: readonly string[]): Promise<readonly ListedTask[]> {
  const { listPlays, loadPlaybook } = await import("../playbook/playbook.ts");
  const { rolesPath } = await import("./roles-path.ts");
  return words
    .filter((word) => /\.ya?ml$|^kmend\.playbooks\./.test(word))
    .flatMap((path) => {
      try {
        const options = {
          catalogue: { find: findModule },
          vault: blindVault,
          rolesPath: rolesPath(),
          named: shippedNames(),
        };
        return listPlays(loadPlaybook(path, options), { tags: ["all", "never"] }).flatMap(
          ({ tasks }) => tasks,
        );
      } catch {
        return []; // no playbook, such as the inventory, or one that does not load
      }
    });
}

function valuesAfter(flags: readonly string[], words: readonly string[]): string[] {
  return words.flatMap((word, at) => {
    if (flags.includes(word)) return words[at + 1] ?? [];
    const long = flags.find((flag) => word.startsWith(`${flag}=`));
    return long ? word.slice(long.length + 1) : [];
  });
}
