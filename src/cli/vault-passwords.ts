/** The passwords that open what `ansible-vault` encrypted: from files, from programs, from the terminal. */

import { execFileSync } from "node:child_process";
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, extname, resolve } from "node:path";
import { exitCodes, fileReason, KmendError } from "../problem/problem.ts";
import type { VaultPassword } from "../vault/vault.ts";
import type { RunFlags } from "./run-options.ts";
import { askSecret } from "./secrets.ts";
import type { Settings } from "./settings.ts";

/** Ansible asks for one when it is told so. */
const prompts = ["prompt", "prompt_ask_vault_pass"];

/** Where one password is to be had. */
interface Source {
  readonly label: string;
  /** A file or a program; `prompt`: the terminal. */
  readonly from: string;
}

/** Options that say where passwords are. */
export type PasswordFlags = Pick<
  RunFlags,
  "vaultId" | "vaultPasswordFile" | "vaultPassFile" | "askVaultPassword" | "askVaultPass"
>;

/** Has a password typed on the terminal. */
export type AskPassword = (label: string) => Promise<string>;

/** Asks for one that is in use already. */
export const askPassword: AskPassword = (label) =>
  askSecret(`Vault password (${label})`, "--vault-password-file");

/** In the order in which they are tried: flags first, in their order, then settings.
 *  @throws KmendError `no-terminal`, `missing-file`, `vault-program-failed`, `empty-password` */
export async function readVaultPasswords(
  flags: PasswordFlags,
  settings: Settings,
  ask: AskPassword = askPassword,
): Promise<readonly VaultPassword[]> {
  const passwords: VaultPassword[] = [];
  for (const source of sourcesOf(flags, settings)) passwords.push(await passwordFrom(source, ask));
  return passwords;
}

function sourcesOf(flags: PasswordFlags, settings: Settings): Source[] {
  const unnamed = settings.vaultIdentity ?? "default";
  const ids = (given: readonly string[]): Source[] => given.map((each) => sourceOf(each, unnamed));
  const files = [...(flags.vaultPasswordFile ?? []), ...(flags.vaultPassFile ?? [])];
  const ask = flags.askVaultPassword || flags.askVaultPass;
  const fromSettings = settings.vaultPasswordFile;
  return [
    ...ids(flags.vaultId ?? []),
    ...files.map((from) => ({ label: unnamed, from })),
    ...(ask ? [{ label: unnamed, from: "prompt" }] : []),
    ...ids(
      (settings.vaultIdentityList ?? "")
        .split(",")
        .map((each) => each.trim())
        .filter(Boolean),
    ),
    ...(fromSettings === undefined || ask || files.length > 0
      ? []
      : [{ label: unnamed, from: fromSettings }]),
  ];
}

/** `LABEL@FILE`, `LABEL@prompt`; without a label, the one of what has none. */
function sourceOf(id: string, unnamed: string): Source {
  const at = id.indexOf("@");
  return at < 0
    ? { label: unnamed, from: id }
    : { label: id.slice(0, at) || unnamed, from: id.slice(at + 1) };
}

async function passwordFrom({ label, from }: Source, ask: AskPassword): Promise<VaultPassword> {
  if (prompts.includes(from)) return { label, password: checked(await ask(label), `for "${label}"`) };
  const path = resolve(from.replace(/^~(?=\/|$)/, () => homedir()));
  const said = isProgram(path) ? askProgram(path, label) : readPassword(path);
  // As Ansible does: an editor leaves a line break at the end, and nobody's password begins or ends with a blank.
  return { label, password: checked(said.trim(), `from ${path}`) };
}

function checked(password: string, where: string): string {
  if (password !== "") return password;
  throw new KmendError(
    {
      code: "empty-password",
      message: `Cannot use the vault password ${where}: it is empty`,
      hint: "Name a file that holds it, or a program that prints it.",
    },
    exitCodes.badOptions,
  );
}

function isProgram(path: string): boolean {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** One whose name ends in `-client` is told which password is wanted. */
function askProgram(path: string, label: string): string {
  const isClient = basename(path, extname(path)).endsWith("-client");
  try {
    return execFileSync(path, isClient ? ["--vault-id", label] : [], {
      encoding: "utf8",
      stdio: ["inherit", "pipe", "inherit"],
    });
  } catch (cause) {
    // Its message would hold what the program printed.
    const { status, code } = cause as { status?: number | null; code?: string };
    throw new KmendError(
      {
        code: "vault-program-failed",
        message: `Cannot get the vault password from ${path}: it ${status ? `ended with ${status}` : `could not be run (${code ?? "killed"})`}`,
        hint: "Run it by hand to see why. A file that holds the password itself must not be executable.",
      },
      exitCodes.error,
    );
  }
}

function readPassword(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new KmendError(
      {
        code: "missing-file",
        message: `Cannot read the vault password file ${path}: ${fileReason(cause as NodeJS.ErrnoException)}`,
        hint: "Name a file that holds the password and that you may read, or a program that prints it.",
      },
      exitCodes.error,
      cause,
    );
  }
}
