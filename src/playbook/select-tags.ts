/** `--tags` and `--skip-tags`. Special on a task: `always`, `never`; special in a selection: `all`, `tagged`, `untagged`. */

export interface TagSelection {
  /** Empty: all. */
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
}

/** Whether a task with these tags (its own and those above it) runs. */
export function isTagSelected(own: ReadonlySet<string>, { tags = [], skipTags = [] }: TagSelection): boolean {
  // A task without tags is one that is tagged `untagged`.
  const tagged = own.size > 0 ? own : new Set(["untagged"]);
  return isWanted(tagged, tags.length > 0 ? tags : ["all"]) && !isSkipped(tagged, skipTags);
}

function isWanted(own: ReadonlySet<string>, wanted: readonly string[]): boolean {
  if (own.has("always") || wanted.some((tag) => own.has(tag))) return true;
  if (own.has("never")) return false;
  return wanted.includes("all") || (wanted.includes("tagged") && isTagged(own));
}

function isSkipped(own: ReadonlySet<string>, skipped: readonly string[]): boolean {
  if (skipped.includes("all")) return !own.has("always") || skipped.includes("always");
  return skipped.some((tag) => own.has(tag)) || (skipped.includes("tagged") && isTagged(own));
}

function isTagged(own: ReadonlySet<string>): boolean {
  return own.size > 1 || !own.has("untagged");
}
