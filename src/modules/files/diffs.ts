/** What `--diff` shows of files: texts of two sides, or their attributes as JSON. */

import type { Diff } from "../module.ts";
import type { Content, PathState } from "./path-state.ts";

/** Two texts; null when one of them is not text or too large to have been read. */
export function contentDiff(
  before: PathState,
  after: Content | null,
  headers: { readonly before: string; readonly after: string },
): Diff[] {
  const old = before.kind === "file" ? readable(before.content) : "";
  const fresh = readable(after ?? undefined);
  const beforeHeader = before.kind === "absent" ? "" : headers.before;
  if (old === null || fresh === null)
    return [
      { beforeHeader, afterHeader: headers.after, before: "", after: "(binary, or larger than 1 MiB)\n" },
    ];
  return [{ beforeHeader, afterHeader: headers.after, before: old, after: fresh }];
}

/** Two small tables, as Ansible prints them. */
export function tableDiff(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  header = "",
): Diff {
  const text = (table: Readonly<Record<string, unknown>>) =>
    `${JSON.stringify(Object.fromEntries(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1))), null, 4)}\n`;
  return { beforeHeader: header, afterHeader: header, before: text(before), after: text(after) };
}

function readable(content: Content | undefined): string | null {
  if (content === undefined || content.encoding === "latin1" || content.text.includes("\0")) return null;
  return content.text;
}
