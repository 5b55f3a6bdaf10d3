/** `KMEND_DEBUG=1` shows every frame on stderr, secrets masked. */

import { harmless } from "../problem/problem.ts";

const secrets = new Set<string>();

/** Remembers a text that no trace may show. */
export function maskInTrace(secret: string | undefined): void {
  if (secret) secrets.add(secret);
}

/** Writes one line for a frame that was sent or received, if tracing is on. */
export function trace(host: string, direction: ">" | "<" | "*", text: string): void {
  if (!process.env["KMEND_DEBUG"]) return;
  let shown = text;
  for (const secret of secrets) shown = shown.replaceAll(secret, "********");
  const limit = 4000; // enough for a module's script, not for a file
  if (shown.length > limit) shown = `${shown.slice(0, limit)}... (${text.length} characters)`;
  for (const line of shown.split("\n")) process.stderr.write(`${host} ${direction} ${harmless(line)}\n`);
}
