import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { damageLines } from "./damage.ts";
import type { RecordedRun, Verified } from "./journal.ts";

/** Holds a run against its sums, every blob that it names among them. */
export async function verifyRun(recorded: RecordedRun): Promise<Verified> {
  const { run, folder, events } = recorded;
  const blobs = [...new Set(events.flatMap((event) => blobsIn(event)))];
  const wrong = await Promise.all(blobs.map((sha256) => wrongWith(join(folder, "blobs", sha256), sha256)));
  return {
    run,
    folder,
    events: events.length,
    blobs: blobs.length,
    wrong: [...damageLines(recorded), ...wrong.filter((each) => each !== null)],
  };
}

function blobsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const { $blob } = value as { readonly $blob?: unknown };
  return typeof $blob === "string" ? [$blob] : Object.values(value).flatMap((each) => blobsIn(each));
}

async function wrongWith(path: string, sha256: string): Promise<string | null> {
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null) return `${path}: it is missing`;
  return createHash("sha256").update(bytes).digest("hex") === sha256
    ? null
    : `${path}: it is not what was kept`;
}
