import type { Output } from "../connection/connection.ts";
import type { Journal, RecordedOutput } from "../journal/journal.ts";
import { text } from "../modules/modules.ts";
import { blobbed } from "./blobs.ts";

/** With it in the journal, a run that stops right after a change can still say what its task came to. */
export async function recordedOutput(
  journal: Journal,
  { code, stdout, stderr }: Output,
): Promise<RecordedOutput> {
  return {
    code,
    stdout: await blobbed(journal, text(stdout)),
    stderr: await blobbed(journal, text(stderr)),
  };
}

/** @param recorded blobs read; null where there is none */
export function asOutput(recorded: RecordedOutput | undefined): Output | null {
  if (!recorded) return null;
  const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(String(value));
  return {
    code: recorded.code,
    stdout: bytes(recorded.stdout),
    stderr: bytes(recorded.stderr),
    durationMs: 0,
  };
}
