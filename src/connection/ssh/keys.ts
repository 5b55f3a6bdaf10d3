/** Private keys: read once, decrypted once for all hosts. */

import { readFileSync } from "node:fs";
import ssh2 from "ssh2";
import { maskInTrace } from "../trace.ts";

/** Asks a human for a key's passphrase; null: there is nobody to ask. */
export type AskPassphrase = (file: string) => Promise<string | null>;

/** A usable key, or why it is none. */
export type KeyResult = { readonly key: ssh2.ParsedKey } | { readonly problem: string };

/** The keys of a run. */
export interface KeyRing {
  load(file: string): Promise<KeyResult>;
}

/** A ring that reads each file once and asks for each passphrase once. */
export function keyRing(ask: AskPassphrase | undefined): KeyRing {
  const loaded = new Map<string, Promise<KeyResult>>();
  return {
    load(file) {
      const known = loaded.get(file) ?? loadKey(file, ask);
      loaded.set(file, known);
      return known;
    },
  };
}

async function loadKey(file: string, ask: AskPassphrase | undefined): Promise<KeyResult> {
  let text: Buffer;
  try {
    text = readFileSync(file);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return { problem: isMissing ? "no such file" : (error as Error).message };
  }
  const plain = parse(text);
  if (!(plain instanceof Error)) return { key: plain };
  if (!/passphrase|encrypted/i.test(plain.message)) return { problem: plain.message };
  const passphrase = await ask?.(file);
  if (!passphrase) return { problem: "encrypted, and no passphrase given" };
  maskInTrace(passphrase);
  const decrypted = parse(text, passphrase);
  return decrypted instanceof Error ? { problem: "the passphrase is wrong" } : { key: decrypted };
}

function parse(text: Buffer, passphrase?: string): ssh2.ParsedKey | Error {
  const parsed: unknown = ssh2.utils.parseKey(text, passphrase);
  const first: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  return first as ssh2.ParsedKey | Error;
}
