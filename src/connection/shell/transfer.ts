/**
 * Files through the session: bytes as a script's stdin going up, its stdout coming down, so that whoever the shell is
 * owns the file, and neither a second subsystem nor a limit on sizes comes in. Both sides compare SHA-256.
 */

import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { sh } from "../../script/script.ts";
import type { Content, GetOptions, Output } from "../connection.ts";
import { transferFailed } from "../failures.ts";
import type { Run } from "./framed-shell.ts";

/** What came of reading a file. */
export interface Got {
  /** Null when a sink took them. */
  readonly bytes: Uint8Array | null;
  readonly size: number;
  readonly sha256: string;
}

interface Exchanger {
  exchange(run: Run): Promise<Output>;
}

/** Prints the SHA-256 of stdin. coreutils and busybox have sha256sum; others at least openssl. */
const sumOfStdin = `sum_of_stdin() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum
  elif command -v openssl >/dev/null 2>&1; then openssl dgst -sha256 -r
  else shasum -a 256
  fi | { read -r sum rest; echo "$sum"; }
}`;

/** Exit codes of the scripts below that have a meaning of their own. */
const exits = { isFolder: 81, differs: 82 } as const;

/** Puts content at a path: into a file beside it (0600), compared, then moved over it in one go. */
export async function putContent(
  shell: Exchanger,
  host: string,
  content: Content,
  to: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { size, sha256 } = await measure(content);
  const staged = `${to}.kmend-${randomBytes(6).toString("hex")}`;
  const script = sh`${{ text: sumOfStdin }}
staged=${staged} to=${to}
[ ! -d "$to" ] || exit ${exits.isFolder}
umask 077
trap 'rm -f -- "$staged"' EXIT
trap 'exit 1' HUP INT TERM
cat >"$staged" || exit 1
[ "$(sum_of_stdin <"$staged")" = ${sha256} ] || exit ${exits.differs}
mv -f -- "$staged" "$to"`;
  const chunks =
    "bytes" in content ? slices(content.bytes) : createReadStream(content.file, { highWaterMark: pieceSize });
  const output = await shell.exchange({ script: script.text, env: {}, stdin: { size, chunks }, signal });
  if (output.code !== 0)
    throw transferFailed(`${host}: Cannot put ${to}: ${reason(output)}`, hintFor(output));
}

/** Reads a file, and whether what came is what is there. */
export async function getFile(
  shell: Exchanger,
  host: string,
  {
    path,
    sink,
    mayChange = false,
    ...limits
  }: GetOptions & {
    readonly path: string;
    readonly sink: ((chunk: Uint8Array) => Promise<void> | void) | undefined;
  },
): Promise<Got> {
  const hash = createHash("sha256");
  let size = 0;
  const count = (chunk: Uint8Array) => {
    hash.update(chunk);
    size += chunk.length;
    return sink?.(chunk);
  };
  const script = sh`${{ text: sumOfStdin }}
path=${path}
cat <"$path" || exit 1
sum_of_stdin <"$path" >&2`;
  // Without a sink it is held here, and no more of it than of any output.
  const output = await shell.exchange({
    script: script.text,
    env: {},
    ...(sink ? { sink: count } : {}),
    ...limits,
  });
  if (!sink) count(output.stdout);
  if (output.code !== 0)
    throw transferFailed(`${host}: Cannot get ${path}: ${reason(output)}`, hintFor(output));
  const sha256 = hash.digest("hex");
  const there = Buffer.from(output.stderr).toString().trim().split("\n").at(-1);
  if (there !== sha256 && !mayChange) {
    throw transferFailed(`${host}: Cannot get ${path}: its checksum differs from what came`, changing);
  }
  return { bytes: sink ? null : output.stdout, size, sha256 };
}

const changing = "Something may be writing to it. Try again when it is at rest.";

function reason(output: Output): string {
  if (output.code === exits.isFolder) return "it is a folder";
  if (output.code === exits.differs) return "its checksum differs after the transfer";
  const said = Buffer.from(output.stderr).toString().trim().split("\n").at(-1);
  return said || `the host's script exited with ${output.code}`;
}

function hintFor(output: Output): string | undefined {
  if (output.code === exits.differs) return changing;
  if (/No space left/.test(Buffer.from(output.stderr).toString())) return "Make room on that file system.";
  return undefined;
}

async function measure(content: Content): Promise<{ size: number; sha256: string }> {
  const hash = createHash("sha256");
  if ("bytes" in content)
    return { size: content.bytes.length, sha256: hash.update(content.bytes).digest("hex") };
  const { size } = await stat(content.file);
  for await (const chunk of createReadStream(content.file)) hash.update(chunk);
  return { size, sha256: hash.digest("hex") };
}

/** Each piece waits for the wire: smaller ones wait more often, larger ones take more memory. */
const pieceSize = 256 * 1024;

/** Pieces, so that a large buffer waits for the wire instead of being queued whole. */
function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceSize) yield bytes.subarray(at, at + pieceSize);
}
