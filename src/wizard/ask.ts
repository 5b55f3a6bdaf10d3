/** How somebody is asked: by keys on a terminal, or a line at a time. Both give the same answers. */

export interface Choice<T> {
  readonly value: T;
  readonly name: string;
  /** What comes of it; shown beside it. */
  readonly about?: string;
}

export interface Asker {
  /** Shows lines; nothing is asked. */
  say(lines: readonly string[]): void;
  /** One of several; the first is what stands there. */
  choose<T>(question: string, choices: readonly Choice<T>[]): Promise<T>;
  /** Any number of several, of which all are chosen to begin with; no two have one name. */
  pick<T>(question: string, choices: readonly Choice<T>[]): Promise<readonly T[]>;
  /** @param check what is wrong with an answer; null: nothing */
  text(question: string, initial: string, check?: (answer: string) => string | null): Promise<string>;
}

/** Somebody left in the middle: Ctrl-C, or the end of the input. */
export class Left extends Error {
  override readonly name = "Left";
}
