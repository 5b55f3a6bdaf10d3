/** The secrets of a process, and texts and JSON with them masked. */

import { KnownTexts, mark, shortestLength } from "./known-texts.ts";
import { namesSecret } from "./secret-names.ts";
import { writtenForms } from "./written-forms.ts";

/** What holds secrets to be masked. */
export interface Mask {
  /** Masks this text from now on. Too short, or a word that everybody knows: it is let be. */
  know(secret: string): void;
  /** Tells of every form that a secret is written in, those that are known already first. */
  onKnown(hear: (text: string) => void): void;
  text(text: string): string;
  /** JSON with every secret in it masked, also what stands under a key that names one; the very same value where there is none.
   *  @param more secrets of this value alone */
  json<T>(value: T, more?: Iterable<string>): T;
}

/** Everybody's words: masked, they would be missed everywhere, and they hide nothing. */
const everybodys = new Set(
  "true false null none root admin user default password passwd secret token present absent enabled disabled changed changeme failed skipped omit item items".split(
    " ",
  ),
);

export function newMask(): Mask {
  const known = new KnownTexts();
  const hearers = new Set<(text: string) => void>();
  return {
    know(secret) {
      if (!isHideable(secret) || known.has(secret)) return;
      for (const form of writtenForms(secret)) if (known.add(form)) for (const hear of hearers) hear(form);
    },
    onKnown(hear) {
      hearers.add(hear);
      for (const text of known.all()) hear(text);
    },
    text: (text) => known.masked(text),
    json(value, more = []) {
      const own = new KnownTexts();
      for (const secret of [...secretsIn(value), ...more])
        if (isHideable(secret)) for (const form of writtenForms(secret)) own.add(form);
      return maskedJson(value, false, (text) => own.masked(known.masked(text))) as typeof value;
    },
  };
}

/** Whether a text as a value of its own can be hidden wherever it stands. */
function isHideable(text: string): boolean {
  const trimmed = text.trim();
  return trimmed.length >= shortestLength && trimmed !== mark && !everybodys.has(trimmed.toLowerCase());
}

/** Texts below keys that name a secret. */
function* secretsIn(value: unknown, isNamed = false): Generator<string> {
  if (typeof value === "string" && isNamed) yield value;
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) for (const each of value) yield* secretsIn(each, isNamed);
  else for (const [key, each] of Object.entries(value)) yield* secretsIn(each, isNamed || namesSecret(key));
}

/** The very same value where nothing in it was masked. */
function maskedJson(value: unknown, isNamed: boolean, masked: (text: string) => string): unknown {
  if (typeof value === "string") return isNamed && isLongEnough(value) ? mark : masked(value);
  if (typeof value === "number")
    return (isNamed && Math.abs(value) >= 1e5) || masked(String(value)) !== String(value) ? mark : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((each) => maskedJson(each, isNamed, masked));
    return items.some((each, at) => each !== value[at]) ? items : value;
  }
  const entries = Object.entries(value);
  const hidden = entries.map(([key, each]): [string, unknown] => [
    isField(key) ? key : masked(key),
    maskedJson(each, isNamed || namesSecret(key), masked),
  ]);
  const isSame = hidden.every(([key, each], at) => key === entries[at]?.[0] && each === entries[at]?.[1]);
  return isSame ? value : Object.fromEntries(hidden);
}

/** A key that is a plain word is a field's name, which is gone by; keys that somebody made of a secret look otherwise. */
function isField(key: string): boolean {
  return key.length <= 8 || /^[A-Za-z_]+$/.test(key);
}

/** Under a name that says so, even a short text is hidden; an empty one is not, nor a word that everybody knows. */
function isLongEnough(text: string): boolean {
  return text.trim() !== "" && !everybodys.has(text.trim().toLowerCase());
}

/** Lines that a new text no longer has. Where the new one holds a secret, they may hold the one before it. */
export function lost(before: string, after: string): string[] {
  const kept = new Set(after.split("\n").map((line) => line.trim()));
  return before
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => !kept.has(line));
}
