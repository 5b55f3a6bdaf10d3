/** The forms that one secret takes where programs write it: encoded, quoted, as a line of its own. */

import { shortestLength } from "./known-texts.ts";

/** A line of a longer secret is a secret by itself only where it cannot be anything else. */
const shortestLine = 8;

/** Every text that gives the secret away. */
export function writtenForms(secret: string): string[] {
  const trimmed = secret.trim();
  const whole = [secret, trimmed].filter((text) => text.length >= shortestLength);
  const lines = trimmed.includes("\n") ? linesOf(trimmed) : [];
  return [...new Set([...whole, ...lines].flatMap(formsOf))];
}

/** The armour of a key (`-----BEGIN ...`) is no secret. */
function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.length >= shortestLine && !line.startsWith("-----"));
}

function formsOf(text: string): string[] {
  const urls = encoded(text);
  return [
    text,
    ...inJson(text),
    text.replaceAll("'", `'\\''`),
    urls,
    // Python's way: a slash stays, and these do not.
    urls
      .replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll("%2F", "/"),
    Buffer.from(text, "utf8").toString("base64"),
    Buffer.from(`${text}\n`, "utf8").toString("base64"),
    Buffer.from(text, "utf8").toString("base64url"),
  ];
}

/** In JSON, with and without letters beyond ASCII; and in a text of JSON that is a text of another. */
function inJson(text: string): string[] {
  const inner = (each: string): string => JSON.stringify(each).slice(1, -1);
  const ascii = (each: string): string =>
    each.replaceAll(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const forms = [inner(text), ascii(inner(text))];
  return [...forms, ...forms.map(inner)];
}

function encoded(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : text;
}
