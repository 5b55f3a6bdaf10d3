import { Command, Option } from "commander";
import { encrypt } from "../vault/vault.ts";
import { addVaultOptions } from "./run-options.ts";
import { checkAbsent, createFile, editFiles } from "./vault-edit.ts";
import { type KeyFlags, newSealing, openingVault, sealingFor } from "./vault-keys.ts";
import { encryptStrings, type StringFlags } from "./vault-string.ts";
import {
  checkOutput,
  checkPlain,
  envelopeOf,
  placeOf,
  readText,
  readTexts,
  rewrite,
  type Text,
  tell,
  warnOfReaders,
} from "./vault-texts.ts";
import { show } from "./vault-view.ts";

/** `kmend vault …`: names, options and format are those of `ansible-vault`. */
export function vaultCommand(): Command {
  return new Command("vault")
    .enablePositionalOptions()
    .description("Encrypt and decrypt files and values as ansible-vault does")
    .addCommand(encryptCommand())
    .addCommand(decryptCommand())
    .addCommand(viewCommand())
    .addCommand(editCommand())
    .addCommand(createCommand())
    .addCommand(rekeyCommand())
    .addCommand(stringCommand())
    .addHelpText(
      "after",
      epilogue(["kmend vault encrypt group_vars/all/secrets.yml", "kmend vault encrypt_string -p"]),
    );
}

type Flags = KeyFlags & { readonly output?: string };

function encryptCommand(): Command {
  return encryptId(subcommand("encrypt", "Encrypt files in place, or standard input"))
    .argument("[files...]", "files; - or none: standard input, and the envelope goes to standard output")
    .addOption(outputOption())
    .addHelpText(
      "after",
      epilogue([
        "kmend vault encrypt secrets.yml",
        "kmend vault encrypt --vault-id prod@prompt --output secrets.yml plain.yml",
      ]),
    )
    .action(async (files: string[], flags: Flags) => {
      checkOutput(files, flags.output);
      const seal = await sealingFor(flags);
      const texts = await readTexts(files);
      for (const text of texts) checkPlain(text);
      rewrite(texts, ({ content }) => encrypt(content, seal), { output: flags.output, forgetsOld: true });
      tell("Encrypted", texts);
    });
}

function decryptCommand(): Command {
  return subcommand("decrypt", "Decrypt files in place, or standard input")
    .argument(
      "[files...]",
      "encrypted files; - or none: standard input, and the text goes to standard output",
    )
    .addOption(outputOption())
    .addHelpText(
      "after",
      epilogue([
        "kmend vault decrypt secrets.yml --vault-password-file ~/.vault-password",
        "kmend vault decrypt --output - secrets.yml | grep user",
      ]),
    )
    .action(async (files: string[], flags: Flags) => {
      checkOutput(files, flags.output);
      const vault = await openingVault(flags);
      const texts = await readTexts(files);
      rewrite(texts, (text) => vault.open(envelopeOf(text, "decrypt"), placeOf(text), "file"), flags);
      const written = flags.output === undefined ? texts.map(({ path }) => path) : [flags.output];
      for (const path of written) if (path !== null && path !== "-") warnOfReaders(path);
      tell("Decrypted", texts);
    });
}

function viewCommand(): Command {
  return subcommand("view", "Show what files hide; on a terminal by $PAGER where it is set")
    .argument("[files...]", "encrypted files; - or none: standard input")
    .addHelpText(
      "after",
      epilogue(["kmend vault view secrets.yml", "kmend vault view a.yml b.yml | grep user"]),
    )
    .action(async (files: string[], flags: Flags) => {
      const vault = await openingVault(flags);
      const texts = await readTexts(files);
      await show(
        Buffer.concat(texts.map((text) => vault.open(envelopeOf(text, "view"), placeOf(text), "file"))),
      );
    });
}

function editCommand(): Command {
  return subcommand("edit", "Edit what files hide, with $EDITOR (else vi)")
    .argument("<files...>", "encrypted files; each keeps its password")
    .addOption(new Option("--encrypt-vault-id <label>").hideHelp()) // ansible-vault takes it, and does nothing with it
    .addHelpText(
      "after",
      epilogue(["kmend vault edit secrets.yml", "EDITOR='code --wait' kmend vault edit secrets.yml"]),
    )
    .action(async (files: string[], flags: Flags) => {
      await editFiles(files, await openingVault(flags));
    });
}

function createCommand(): Command {
  return encryptId(subcommand("create", "Write a new encrypted file with $EDITOR (else vi)"))
    .argument("<file>", "a file that is not there yet")
    .addHelpText(
      "after",
      epilogue([
        "kmend vault create secrets.yml",
        "kmend vault create --vault-id prod@prompt prod/secrets.yml",
      ]),
    )
    .action(async (file: string, flags: Flags) => {
      checkAbsent(file);
      await createFile(file, await sealingFor(flags));
    });
}

function rekeyCommand(): Command {
  return encryptId(subcommand("rekey", "Encrypt files anew with another password"))
    .argument("<files...>", "encrypted files; none is written before all are open")
    .addOption(
      new Option("--new-vault-id <label@source>", "the new password: LABEL@FILE or LABEL@prompt").conflicts([
        "newVaultPasswordFile",
        "newVaultPassFile",
      ]),
    )
    .option("--new-vault-password-file <file>", "read the new password from a file or a program's output")
    .addOption(new Option("--new-vault-pass-file <file>").hideHelp())
    .addHelpText(
      "after",
      epilogue([
        "kmend vault rekey group_vars/*/secrets.yml",
        "kmend vault rekey --new-vault-id prod@prompt secrets.yml",
      ]),
    )
    .action(async (files: string[], flags: Flags) => {
      const vault = await openingVault(flags);
      const texts: readonly Text[] = files.map((file) => readText(file));
      const opened = texts.map((text) => vault.open(envelopeOf(text, "rekey"), placeOf(text), "file"));
      const seal = await newSealing(flags);
      rewrite(texts, (text) => encrypt(opened[texts.indexOf(text)] ?? "", seal));
      tell("Encrypted anew", texts);
    });
}

function stringCommand(): Command {
  return encryptId(subcommand("encrypt_string", "Encrypt values, to be pasted into a YAML file"))
    .argument(
      "[texts...]",
      "texts, which everybody on this machine can see; - or none: standard input, which nobody sees",
    )
    .option("-p, --prompt", "ask for the text, and for its name")
    .option("--show-input", "show what is typed for --prompt")
    .option("-n, --name <name>", "the variable's name: one for each text, in their order", collect)
    .option("--stdin-name <name>", "the variable's name for standard input")
    .addOption(outputOption())
    .addHelpText(
      "after",
      epilogue([
        "kmend vault encrypt_string --prompt",
        "pwgen 20 1 | kmend vault encrypt_string --stdin-name db_password >> vars.yml",
      ]),
    )
    .action(async (texts: string[], flags: Flags & StringFlags) => {
      const values = await encryptStrings(texts, flags, () => sealingFor(flags));
      rewrite([{ path: null, content: Buffer.alloc(0) }], () => values, { output: flags.output });
    });
}

const collect = (value: string, all: readonly string[] = []): readonly string[] => [...all, value];

function subcommand(name: string, summary: string): Command {
  return addVaultOptions(new Command(name).description(summary), "Passwords:").optionsGroup("Options:");
}

function encryptId(command: Command): Command {
  return command.option(
    "--encrypt-vault-id <label>",
    "encrypt with the password of this label; needed where several are given",
  );
}

function outputOption(): Option {
  return new Option("--output <file>", "write there instead; - is standard output");
}

function epilogue(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((line) => `  ${line}\n`).join("")}\nExit codes: 0 well, 1 error, 5 bad options, 99 interrupted`;
}
