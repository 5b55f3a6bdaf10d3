import type { Event } from "../journal/journal.ts";

/** Reads events as they come; `end` writes what is left and gives the screen back. */
export interface Reader {
  read(event: Event): void;
  end(): void | Promise<void>;
}

/** Where a reader writes, and what it may assume of it. */
export interface Paper {
  write(text: string): void;
  readonly colour: boolean;
  readonly columns: number;
  readonly rows: number;
}
