import type { Account, AccountHost, AccountResult } from "../account.ts";

/** What a task came to on a host, as the page shows it: a letter, a word, a colour (the class of styles.ts). */
export const marks = {
  f: { letter: "F", word: "failed", tone: "bad" },
  u: { letter: "U", word: "unreachable", tone: "lost" },
  n: { letter: "N", word: "not taken back", tone: "bad" },
  b: { letter: "B", word: "taken back", tone: "back" },
  r: { letter: "R", word: "rescued", tone: "warn" },
  i: { letter: "I", word: "failed, ignored", tone: "warn" },
  c: { letter: "C", word: "changed", tone: "change" },
  k: { letter: "?", word: "not known", tone: "warn" },
  o: { letter: "·", word: "ok", tone: "ok" },
  s: { letter: "–", word: "skipped", tone: "skip" },
} as const;

/** The worst first: of several in one place it is shown. */
export type Mark = keyof typeof marks;
export const markOrder = Object.keys(marks) as Mark[];

/** In a plan a change is one that would be. */
export function markWord(mark: Mark, { kind }: Pick<Account, "kind">): string {
  if (kind !== "plan") return marks[mark].word;
  return { f: "would fail", c: "would change", k: "can't be known" }[mark as string] ?? marks[mark].word;
}

export function markOf({ outcome, ignored, rescued, isUnknowable }: AccountResult): Mark {
  if (isUnknowable) return "k";
  if (outcome === "failed" || outcome === "unreachable")
    return ignored ? "i" : rescued ? "r" : outcome === "failed" ? "f" : "u";
  return outcome === "changed" ? "c" : outcome === "skipped" ? "s" : "o";
}

/** Of a host, for each task that it came to: the worst of its results, or what became of them in a rollback. */
export function rowOf(
  account: Account,
  { host, results }: AccountHost,
  reverts: Reverts,
): ReadonlyMap<number, Mark> {
  const row = new Map<number, Mark>();
  const put = (task: number, mark: Mark): void => {
    const before = row.get(task);
    if (before === undefined || markOrder.indexOf(mark) < markOrder.indexOf(before)) row.set(task, mark);
  };
  for (const result of results)
    if (account.tasks[result.task]?.kind !== "rollback") put(result.task, markOf(result));
  for (const { task, end } of reverts.get(host) ?? []) put(task, end === "reverted" ? "b" : "n");
  return row;
}

type Reverts = ReadonlyMap<string, Account["reverts"]>;

export function revertsByHost({ reverts }: Account): Reverts {
  return Map.groupBy(reverts, ({ host }) => host);
}

/** The colour of how a host ended. */
export function endTone(end: string): string {
  if (/unreachable/.test(end)) return "lost";
  if (/fail|different/.test(end)) return "bad";
  if (/rolled back/.test(end)) return "back";
  if (/change/.test(end)) return "change";
  return /known|half done|untouched/.test(end) ? "warn" : "ok";
}
