/** What `--list-hosts`, `--list-tasks` and `--list-tags` print, as `ansible-playbook` prints it. */

import { isList, repr, str, type Value } from "../template/template.ts";
import type { LoadedPlaybook, Node, Play } from "./playbook-types.ts";
import { isTagSelected, type TagSelection } from "./select-tags.ts";

export interface ListedTask {
  readonly name: string;
  /** Its own and those above it, sorted. */
  readonly tags: readonly string[];
}

export interface ListedPlay {
  readonly name: string;
  readonly patterns: readonly string[];
  readonly tags: readonly string[];
  /** Those that the tags choose; includes are listed as themselves, rescue and always are not. */
  readonly tasks: readonly ListedTask[];
  /** Every tag of those tasks, sorted. */
  readonly taskTags: readonly string[];
}

/** @param headOf gives a play's name and patterns, rendered; as they were written by default */
export function listPlays(
  { plays }: LoadedPlaybook,
  selection: TagSelection = {},
  headOf: HeadOf = asWritten,
): ListedPlay[] {
  return plays.map((play) => {
    const all = [play.preTasks, play.roles, play.tasks, play.postTasks].flat();
    const tasks = all.flatMap((node) => listNode(node, play.tags, selection));
    return {
      ...headOf(play),
      tags: sorted(play.tags),
      tasks,
      taskTags: sorted(tasks.flatMap((task) => task.tags)),
    };
  });
}

function listNode(node: Node, above: readonly string[], selection: TagSelection): ListedTask[] {
  const tags = [...above, ...node.tags];
  if (node.kind === "block") return node.block.flatMap((each) => listNode(each, tags, selection));
  if (!isTagSelected(new Set(tags), selection)) return [];
  const action =
    node.kind === "task" ? (node.action ?? node.module) : (node.action ?? `include_${node.what}`);
  return [{ name: node.name?.value || action, tags: sorted(tags) }];
}

type HeadOf = (play: Play) => Pick<ListedPlay, "name" | "patterns">;

function asWritten({ name, hosts }: Play): Pick<ListedPlay, "name" | "patterns"> {
  const value: Value = hosts.value;
  const patterns = (isList(value) ? value : [value]).map((each) => str(each));
  return { name: name?.value || patterns.join(","), patterns };
}

function sorted(tags: readonly string[]): string[] {
  return [...new Set(tags)].sort();
}

export interface ListingOptions extends TagSelection {
  /** The playbook as it was named; else its whole path. */
  readonly shownAs?: string;
  readonly tasks?: boolean;
  readonly listTags?: boolean;
  /** A play's name and patterns, rendered; as they were written by default. */
  headOf?(play: Play): Pick<ListedPlay, "name" | "patterns">;
  /** For `--list-hosts`: the hosts that a play's patterns choose. */
  hosts?(patterns: readonly string[]): readonly string[];
}

/** The whole text for one playbook. */
export function listingText(playbook: LoadedPlaybook, options: ListingOptions): string {
  const lines = [`\nplaybook: ${options.shownAs ?? playbook.path}`];
  for (const [index, play] of listPlays(playbook, options, options.headOf).entries()) {
    lines.push(
      `\n  play #${index + 1} (${play.patterns.join(",")}): ${play.name}\tTAGS: [${play.tags.join(", ")}]`,
    );
    if (options.hosts) {
      const hosts = options.hosts(play.patterns);
      lines.push(`    pattern: ${repr([...play.patterns])}`, `    hosts (${hosts.length}):`);
      lines.push(...hosts.map((host) => `      ${host}`));
    }
    if (options.tasks) {
      lines.push("    tasks:");
      lines.push(...play.tasks.map(({ name, tags }) => `      ${name}\tTAGS: [${tags.join(", ")}]`));
    }
    if (options.listTags) lines.push(`      TASK TAGS: [${play.taskTags.join(", ")}]`);
  }
  return lines.join("\n");
}
