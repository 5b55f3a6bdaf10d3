/** What a script said: exit code and bytes. */
export interface Output {
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Wall time as the controller saw it. */
  readonly durationMs: number;
}

/** Without the line ends at its end. Not by a regular expression: it would look at a run of them again from each of its places, and a
 *  host can print millions. */
export function withoutLineEnds(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === "\n" || text[end - 1] === "\r")) end -= 1;
  return text.slice(0, end);
}
