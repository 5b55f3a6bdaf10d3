/** `kmend vault edit` and `create`: plain text in an editor, and nowhere else. */

import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { exitCodes, fileReason, KmendError } from "../problem/problem.ts";
import { encrypt, type Sealing, type TellingVault } from "../vault/vault.ts";
import { withMemoryFolder } from "./memory-folder.ts";
import { runOwnProgram } from "./own-program.ts";
import { replaceFiles } from "./replace-files.ts";
import { envelopeOf, placeOf, readText, type Text, tell } from "./vault-texts.ts";

/** One after the other; all are opened before the first is shown. What was not changed is not written.
 *  @throws KmendError as the vault's; `program-failed`, `file-unwritable`, `vault-file-changed`, `interrupted` */
export async function editFiles(paths: readonly string[], vault: TellingVault): Promise<void> {
  const opened = paths.map((path) => {
    const text = readText(path);
    checkWritable(path);
    return { text, ...vault.openAndTell(envelopeOf(text, "edit"), placeOf(text), "file") };
  });
  // An envelope keeps its label and its password.
  for (const { text, content, label, password } of opened) await editFile(text, content, { label, password });
}

async function editFile(text: Text, content: Buffer, seal: Sealing): Promise<void> {
  const path = text.path ?? "";
  await inEditor(path, content, (edited) => {
    if (edited.equals(content)) return;
    if (!readFileSync(path).equals(text.content)) throw changedMeanwhile(path, encrypt(edited, seal));
    replaceFiles([{ path, content: encrypt(edited, seal) }]);
    tell("Encrypted", [text]);
  });
}

/** @throws KmendError `vault-file-exists`, `program-failed`, `file-unwritable`, `interrupted` */
export async function createFile(path: string, seal: Sealing): Promise<void> {
  const folder = dirname(path);
  checkWritable(path);
  await inEditor(path, Buffer.alloc(0), (content) => {
    checkAbsent(path); // it may have come while the editor was open
    mkdirSync(folder, { recursive: true });
    replaceFiles([{ path, content: encrypt(content, seal) }]);
    tell("Encrypted", [{ path, content }]);
  });
}

/** @throws KmendError `vault-file-exists` */
export function checkAbsent(path: string): void {
  if (!existsSync(path)) return;
  throw new KmendError({
    code: "vault-file-exists",
    message: `Cannot create ${path}: it is there already`,
    hint: `To change what it hides:\n    kmend vault edit ${path}`,
  });
}

/** @param take what becomes of the text: the plain text is gone when it returns, or throws */
async function inEditor(path: string, content: Buffer, take: (edited: Buffer) => void): Promise<void> {
  await withMemoryFolder(async (folder, interrupted) => {
    // Under its own name: editors know by it what language it is.
    const plain = join(folder, basename(path));
    writeFileSync(plain, content, { mode: 0o600, flag: "wx" });
    await runOwnProgram({
      aim: `edit ${path}`,
      variable: "EDITOR",
      command: process.env["EDITOR"] || "vi",
      args: [plain],
      signal: interrupted,
    });
    if (interrupted.aborted)
      throw new KmendError(
        { code: "interrupted", message: `Interrupted: ${path} is as it was` },
        exitCodes.interrupted,
      );
    take(readFileSync(plain));
  });
}

/** Asked before anybody writes a text that could not be kept. */
function checkWritable(path: string): void {
  let folder = dirname(path);
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new KmendError(
      {
        code: "file-unwritable",
        message: `Cannot write ${path}: ${fileReason(cause as NodeJS.ErrnoException)}`,
        hint: `kmend writes beside it, so ${folder} must be a folder that you may write.`,
      },
      exitCodes.error,
      cause,
    );
  }
}

/** Neither text is lost. */
function changedMeanwhile(path: string, envelope: string): KmendError {
  const aside = `${path}.edited`;
  replaceFiles([{ path: aside, content: envelope }]);
  return new KmendError({
    code: "vault-file-changed",
    message: `Cannot write ${path}: somebody else changed it while it was edited`,
    hint: `What you wrote is kept, encrypted. See both:\n    kmend vault view ${path} ${aside}`,
  });
}
