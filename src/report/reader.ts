import type { Event } from "../journal/journal.ts";

/** Reads events as they come; `end` writes what is left and gives the screen back. */
export interface Reader {
  read(event: Event): void;
  /** Lends the screen to whoever asks somebody; what comes meanwhile is shown afterwards. Absent: nothing of it moves. */
  aside?<T>(act: () => Promise<T>): Promise<T>;
  end(): void | Promise<void>;
}

/** Where a reader writes, and what it may assume of it. */
export interface Paper {
  write(text: string): void;
  readonly colour: boolean;
  readonly columns: number;
  readonly rows: number;
}
