import { raw, type Script, sh } from "../script/script.ts";

/** A script that writes a text to a file: by a here-document, so that the text is in no argument list. */
export function hereFile(path: string, text: string): Script {
  let mark = "KMEND_END";
  while (text.includes(mark)) mark += "_";
  const isWhole = text === "" || text.endsWith("\n");
  // A here-document ends with a newline; awk leaves out the one that is not the text's.
  const write = isWhole
    ? raw("cat")
    : sh`awk ${'NR > 1 { print last } { last = $0 } END { printf "%s", last }'}`;
  return sh`${write} > ${path} <<'${raw(mark)}'
${raw(isWhole ? text : `${text}\n`)}${raw(mark)}`;
}

/** The bytes as a text that `hereFile` can carry: short and plain; else null. */
export function textForHere(bytes: Uint8Array): string | null {
  if (bytes.length > maxHereBytes) return null;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes("\0") || text.includes("\r") ? null : text;
  } catch {
    return null;
  }
}

/** Longer texts go through the session's own transfer, which has a checksum. */
const maxHereBytes = 16 * 1024;
