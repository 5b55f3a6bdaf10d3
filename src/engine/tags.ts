import { allTags, type Frame } from "./frame.ts";
import type { Run } from "./run.ts";

/** Whether `--tags` and `--skip-tags` let a task run. */
export function isSelected(run: Run, frame: Frame): boolean {
  const { tags, skipTags } = run.world.options;
  const own = allTags(frame);
  return isWanted(own, tags) && !isSkipped(own, skipTags);
}

function isWanted(own: ReadonlySet<string>, wanted: readonly string[]): boolean {
  if (own.has("always")) return true;
  const only = wanted.length === 0 ? ["all"] : wanted;
  if (only.some((tag) => own.has(tag))) return true;
  if (only.includes("all") && !own.has("never")) return true;
  if (only.includes("tagged") && own.size > 0 && !own.has("never")) return true;
  return only.includes("untagged") && own.size === 0;
}

function isSkipped(own: ReadonlySet<string>, skip: readonly string[]): boolean {
  if (skip.length === 0) return false;
  if (skip.includes("all")) return !own.has("always") || skip.includes("always");
  if (skip.some((tag) => own.has(tag))) return true;
  return (skip.includes("tagged") && own.size > 0) || (skip.includes("untagged") && own.size === 0);
}
