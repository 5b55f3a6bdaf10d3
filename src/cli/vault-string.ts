/** `kmend vault encrypt_string`: values for a YAML file. */

import { exitCodes, KmendError } from "../problem/problem.ts";
import { encrypt, isEncrypted, type Sealing } from "../vault/vault.ts";
import { processMask } from "./process-mask.ts";
import { askSecret, promptPaper } from "./secrets.ts";
import { readStdin } from "./vault-texts.ts";

export interface StringFlags {
  readonly name?: readonly string[];
  readonly stdinName?: string;
  readonly prompt?: boolean;
  readonly showInput?: boolean;
}

interface Named {
  readonly name: string | null;
  readonly content: Buffer;
}

/** As deep as ansible-vault indents it: any depth is YAML. */
const indent = " ".repeat(10);

/** The values one below the other, each behind its name: what was asked for, then standard input, then the arguments.
 *  @throws KmendError `bad-options`, `no-terminal`, `vault-already-encrypted` */
export async function encryptStrings(
  given: readonly string[],
  flags: StringFlags,
  seal: () => Promise<Sealing>,
): Promise<string> {
  const args = given.filter((each) => each !== "-");
  const readsStdin =
    given.includes("-") || (given.length === 0 && !flags.prompt) || flags.stdinName !== undefined;
  checkNames(args, flags);
  const sealing = await seal();
  const values: Named[] = [
    ...(flags.prompt ? [await asked(flags)] : []),
    ...(readsStdin ? [{ name: flags.stdinName ?? null, content: await readStdin() }] : []),
    ...args.map((text, at) => ({ name: flags.name?.[at] ?? null, content: Buffer.from(text) })),
  ];
  for (const value of values) check(value);
  return values.map((value) => yaml(value, sealing)).join("");
}

function yaml({ name, content }: Named, seal: Sealing): string {
  const envelope = encrypt(content, seal).replaceAll(/^(?=.)/gm, indent);
  return `${name === null ? "" : `${name}: `}!vault |\n${envelope}`;
}

async function asked({ showInput }: StringFlags): Promise<Named> {
  const instead = "a pipe, and leave out --prompt";
  const { input } = await import("@inquirer/prompts");
  if (!process.stdin.isTTY) await askSecret("Text to encrypt", instead); // says that there is no terminal
  const paper = { output: promptPaper() };
  const name = await input({ message: "Name of the variable (empty: none)" }, paper);
  const text = showInput
    ? await input({ message: "Text to encrypt" }, paper)
    : await askSecret("Text to encrypt (hidden)", instead);
  processMask.know(text);
  if (!showInput && (await askSecret("The same once more", instead)) !== text)
    throw new KmendError({
      code: "passwords-differ",
      message: "Cannot take the text: what was typed the second time differs",
      hint: "Nothing was encrypted. Try again.",
    });
  return { name: name || null, content: Buffer.from(text) };
}

function checkNames(args: readonly string[], { name = [] }: StringFlags): void {
  if (name.length <= args.length) return;
  throw new KmendError(
    {
      code: "bad-options",
      message: `Cannot use --name ${name.at(-1)}: there are ${name.length} names for ${args.length} texts`,
      hint: "Each --name is for an argument, in their order. Standard input has --stdin-name; --prompt asks for a name.",
    },
    exitCodes.badOptions,
  );
}

function check({ content, name }: Named): void {
  const what = name === null ? "the text" : `the text of ${name}`;
  if (content.length === 0)
    throw new KmendError(
      {
        code: "bad-options",
        message: `Cannot encrypt ${what}: it is empty`,
        hint: "Give it on standard input, or ask for it with --prompt.",
      },
      exitCodes.badOptions,
    );
  if (isEncrypted(content))
    throw new KmendError({
      code: "vault-already-encrypted",
      message: `Cannot encrypt ${what}: it is encrypted already`,
      hint: "Indent it behind `NAME: !vault |` in a YAML file.",
    });
}
