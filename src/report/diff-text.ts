import { createTwoFilesPatch } from "diff";
import { harmless, paint } from "./style.ts";

export interface TextDiff {
  readonly beforeHeader: string;
  readonly afterHeader: string;
  readonly before: string;
  readonly after: string;
}

/** A unified diff with three lines around each change; empty when both texts are the same. */
export function diffText(diff: TextDiff, colour = false): string {
  if (diff.before === diff.after) return "";
  const patch = createTwoFilesPatch(
    diff.beforeHeader || "before",
    diff.afterHeader || "after",
    diff.before,
    diff.after,
    undefined,
    undefined,
    { context: 3 },
  );
  return patch
    .slice(patch.indexOf("--- "))
    .split("\n")
    .map((line) => paintLine(harmless(line), colour))
    .join("\n");
}

function paintLine(line: string, colour: boolean): string {
  if (line.startsWith("+")) return paint(colour, "ok", line);
  if (line.startsWith("-")) return paint(colour, "failed", line);
  if (line.startsWith("@@")) return paint(colour, "skipped", line);
  return line;
}
