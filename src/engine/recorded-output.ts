import type { Output } from "../connection/connection.ts";
import type { Events, RecordedOutput } from "../journal/journal.ts";
import { text } from "../modules/modules.ts";
import { blobbed } from "./blobs.ts";
import type { Run } from "./run.ts";

/** With it in the journal, a run that stops right after a change can still say what its task came to. */
export async function recordedOutput(
  { mask, world: { journal } }: Run,
  { code, stdout, stderr }: Output,
): Promise<Pick<Events["change:applied"], "output" | "masked">> {
  const whole = [text(stdout), text(stderr)] as const;
  const [out, err] = [mask.text(whole[0]), mask.text(whole[1])];
  const output = { code, stdout: await blobbed(journal, out), stderr: await blobbed(journal, err) };
  return out === whole[0] && err === whole[1] ? { output } : { output, masked: true };
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
