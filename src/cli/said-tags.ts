import { knownTags, type LoadedPlaybook, type LoadOptions } from "../playbook/playbook.ts";
import { formatProblem, type Problem } from "../problem/problem.ts";
import { nearestFirst } from "../template/template.ts";
import type { RunFlags } from "./run-options.ts";

/** They mean something although no task has them. */
const special = ["all", "tagged", "untagged", "always", "never"];
/** More are no help to whoever mistyped one. */
const mostShown = 15;

/** Tells of tags that were asked for and that no task has: Ansible runs nothing then, or all that was to be left out, without a word.
 *  To standard error, before anything is begun; the exit code stands. */
export function sayTags(
  playbooks: readonly LoadedPlaybook[],
  { tags = [], skipTags = [] }: Pick<RunFlags, "tags" | "skipTags">,
  options: LoadOptions,
): void {
  if (tags.length + skipTags.length === 0) return;
  const known = playbooks.map((playbook) => knownTags(playbook, options));
  const there = [...new Set(known.flatMap((each) => [...each.tags]))].filter(
    (tag) => !special.includes(tag) && !tag.includes("{{"),
  );
  const isAll = known.every((each) => each.isAll);
  for (const [flag, asked] of [
    ["--tags", tags],
    ["--skip-tags", skipTags],
  ] as const)
    for (const tag of asked)
      if (!special.includes(tag) && !there.includes(tag))
        process.stderr.write(`${formatProblem(noSuchTag({ tag, flag }, there, isAll))}\n`);
}

function noSuchTag(
  { tag, flag }: { readonly tag: string; readonly flag: string },
  there: readonly string[],
  isAll: boolean,
): Problem {
  const sorted = nearestFirst(tag, there.toSorted());
  const rest = sorted.length > mostShown ? ` and ${sorted.length - mostShown} more` : "";
  const tags =
    sorted.length > 0
      ? `The tags there are: ${sorted.slice(0, mostShown).join(", ")}${rest}`
      : "No task has any.";
  return {
    code: "no-such-tag",
    severity: "warning",
    message: isAll
      ? `No task has the tag "${tag}" of ${flag}`
      : `No task that is known before the run has the tag "${tag}" of ${flag}`,
    hint: tags,
  };
}
