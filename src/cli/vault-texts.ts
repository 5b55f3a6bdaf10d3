/** What `kmend vault` reads and where it puts what it made: files in place, another file, standard output. */

import { readFileSync, statSync } from "node:fs";
import { exitCodes, fileReason, KmendError, type Place } from "../problem/problem.ts";
import { isEncrypted } from "../vault/vault.ts";
import { replaceFiles } from "./replace-files.ts";

export interface Text {
  /** null: standard input. */
  readonly path: string | null;
  readonly content: Buffer;
}

/** The files in their order; `-`, or none at all, is standard input. @throws KmendError `missing-file` */
export async function readTexts(paths: readonly string[]): Promise<readonly Text[]> {
  const texts: Text[] = [];
  for (const path of paths.length > 0 ? paths : ["-"])
    texts.push(path === "-" ? { path: null, content: await readStdin() } : readText(path));
  return texts;
}

/** @throws KmendError `missing-file` */
export function readText(path: string): Text {
  try {
    return { path, content: readFileSync(path) };
  } catch (cause) {
    throw new KmendError(
      {
        code: "missing-file",
        message: `Cannot read ${path}: ${fileReason(cause as NodeJS.ErrnoException)}`,
        hint: "Name a file that is there and that you may read.",
      },
      exitCodes.error,
      cause,
    );
  }
}

export async function readStdin(): Promise<Buffer> {
  if (process.stdin.isTTY)
    process.stderr.write("Reading from the terminal. Ctrl-D on an empty line ends it.\n");
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Each text's new content, back where it came from or to `output` (`-`: standard output). None is written before all are made.
 *  @throws KmendError `file-unwritable`, and what `make` throws */
export function rewrite(
  texts: readonly Text[],
  make: (text: Text) => string | Buffer,
  {
    output,
    forgetsOld = false,
  }: { readonly output?: string | undefined; readonly forgetsOld?: boolean } = {},
): void {
  const made = texts.map((text) => ({ path: output ?? text.path ?? "-", content: make(text) }));
  replaceFiles(
    made.filter(({ path }) => path !== "-"),
    { forgetsOld: forgetsOld && output === undefined },
  );
  for (const { path, content } of made) if (path === "-") process.stdout.write(content);
}

/** @throws KmendError `bad-options`: several texts have no room in one file */
export function checkOutput(paths: readonly string[], output: string | undefined): void {
  if (output === undefined || paths.length <= 1) return;
  throw new KmendError(
    {
      code: "bad-options",
      message: `Cannot put ${paths.length} files into --output ${output}: it takes one`,
      hint: "Leave out --output to write each in its place, or name one file.",
    },
    exitCodes.badOptions,
  );
}

/** @throws KmendError `vault-already-encrypted` */
export function checkPlain({ path, content }: Text): void {
  if (!isEncrypted(content)) return;
  const file = path ?? "FILE";
  throw new KmendError({
    code: "vault-already-encrypted",
    message: `Cannot encrypt ${named(path)}: it is encrypted already`,
    hint: `To change its text:\n    kmend vault edit ${file}\nTo change its password:\n    kmend vault rekey ${file}`,
  });
}

/** The envelope that a text is. @throws KmendError `vault-not-encrypted` */
export function envelopeOf({ path, content }: Text, verb: "decrypt" | "view" | "edit" | "rekey"): string {
  if (isEncrypted(content)) return content.toString("latin1");
  throw new KmendError({
    code: "vault-not-encrypted",
    message: `Cannot ${verb} ${named(path)}: it is not encrypted`,
    hint: "An encrypted file begins with $ANSIBLE_VAULT; an encrypted value inside a file is none.",
  });
}

export function placeOf({ path }: Text): Place {
  return { file: named(path), line: 1, column: 1 };
}

/** Says on the terminal what was done, and what else there is to know of a file that is plain now. */
export function tell(done: string, texts: readonly Text[]): void {
  const paths = texts.flatMap(({ path }) => path ?? []);
  if (process.stdout.isTTY && paths.length > 0) process.stderr.write(`${done}: ${paths.join(", ")}\n`);
}

/** Who decrypts a file that lay open to all, encrypted as it was, may not think of it. */
export function warnOfReaders(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile() || (stats.mode & 0o044) === 0) return;
  process.stderr.write(
    `${path}: warning: it is plain text now, and others may read it (mode ${(stats.mode & 0o7777).toString(8).padStart(4, "0")})\n`,
  );
}

function named(path: string | null): string {
  return path ?? "standard input";
}
