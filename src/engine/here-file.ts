import { raw, type Script, sh } from "../script/script.ts";

/** A script that writes a text of whole lines to a file: a here-document, so that the text is in no argument list. */
export function hereFile(path: string, text: string): Script {
  let mark = "KMEND_END";
  while (text.includes(mark)) mark += "_";
  return sh`cat > ${path} <<'${raw(mark)}'
${raw(text)}${raw(mark)}`;
}

/** Whether `hereFile` can carry these bytes: short, plain text that ends with a newline. */
export function fitsHere(bytes: Uint8Array): string | null {
  if (bytes.length > maxHereBytes || (bytes.length > 0 && bytes.at(-1) !== 10)) return null;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes("\0") || text.includes("\r") ? null : text;
  } catch {
    return null;
  }
}

/** Longer texts go through the session's own transfer, which has a checksum. */
const maxHereBytes = 16 * 1024;
