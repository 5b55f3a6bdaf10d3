/** Finds many known texts in another one, in one walk over it. */

/** What stands in place of a secret. */
export const mark = "********";

/** A secret is looked for by its first letters, so none may be shorter. */
export const shortestLength = 4;

const slots = 1 << 16;

/** Texts to be masked. */
export class KnownTexts {
  /** By the hash of their first letters, the longest first: a secret that begins like another hides it whole. */
  readonly #byStart = new Map<number, string[]>();
  readonly #starts = new Uint8Array(slots);
  readonly #all = new Set<string>();

  has(text: string): boolean {
    return this.#all.has(text);
  }

  all(): Iterable<string> {
    return this.#all;
  }

  /** @returns whether it is new */
  add(text: string): boolean {
    if (text.length < shortestLength || this.#all.has(text)) return false;
    this.#all.add(text);
    const at = startAt(text, 0);
    this.#starts[at] = 1;
    const same = this.#byStart.get(at) ?? [];
    const shorter = same.findIndex((each) => each.length <= text.length);
    same.splice(shorter < 0 ? same.length : shorter, 0, text);
    this.#byStart.set(at, same);
    return true;
  }

  /** The text with each secret in it masked; the very same text where there is none. */
  masked(text: string): string {
    if (this.#all.size === 0) return text;
    const pieces: string[] = [];
    let from = 0;
    for (let at = 0; at + shortestLength <= text.length; at += 1) {
      const start = startAt(text, at);
      if (this.#starts[start] === 0) continue;
      const found = this.#byStart.get(start)?.find((each) => text.startsWith(each, at));
      if (found === undefined) continue;
      pieces.push(text.slice(from, at), mark);
      from = at + found.length;
      at = from - 1;
    }
    return from === 0 ? text : pieces.join("") + text.slice(from);
  }
}

function startAt(text: string, at: number): number {
  return (
    (text.charCodeAt(at) * 31 +
      text.charCodeAt(at + 1) * 1009 +
      text.charCodeAt(at + 2) * 9176 +
      text.charCodeAt(at + 3) * 30341) %
    slots
  );
}
