import type { Journal, Json } from "../journal/journal.ts";

/** Longer texts stand in blobs beside the journal. */
const maxTextLength = 4096;

/** JSON whose long texts are kept as blobs, a reference in their place; the blobs are on disk when it resolves. */
export async function blobbed(journal: Journal, value: Json): Promise<Json> {
  if (typeof value === "string")
    return value.length > maxTextLength
      ? { $blob: await journal.keep(new TextEncoder().encode(value)) }
      : value;
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return Promise.all(value.map((each) => blobbed(journal, each)));
  const entries = Object.entries(value).map(
    async ([key, each]) => [key, await blobbed(journal, each)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** The value again, its blobs read. */
export async function unblobbed(value: Json, read: (sha256: string) => Promise<Uint8Array>): Promise<Json> {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return Promise.all(value.map((each) => unblobbed(each, read)));
  const reference = (value as Record<string, Json>)["$blob"];
  if (typeof reference === "string") return new TextDecoder().decode(await read(reference));
  const entries = Object.entries(value).map(
    async ([key, each]) => [key, await unblobbed(each, read)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}
