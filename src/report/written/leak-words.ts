import type { Account, LeakReading } from "./account.ts";

/** What is said of the leak of each host: its first reading in the run, and its last; a dry run mends nothing, so there is no after. */
export function leakWords({
  leak,
  kind,
}: Pick<Account, "leak" | "kind">): readonly { readonly host: string; readonly says: string }[] {
  return leak.flatMap(({ host, readings }) => {
    const [first, last] = [readings[0], readings.at(-1)];
    if (!first || !last) return [];
    const says =
      readings.length < 2 || kind === "plan"
        ? readingWords(first)
        : `${readingWords(first)} → ${readingWords(last)}`;
    return { host, says };
  });
}

/** `leaking (kubelet), 12 ids leaked`. */
export function readingWords({ verdict, kmemIds, isAtLeast }: LeakReading): string {
  return `${verdictWords(verdict)}, ${idWords({ kmemIds, isAtLeast })} leaked`;
}

/** A verdict without its hyphens; a word of an unknown kmend's journal comes without anything that could be markup. */
export function verdictWords(verdict: string): string {
  return verdict.replaceAll(/[\W_]+/g, " ");
}

export function idWords({ kmemIds, isAtLeast }: Pick<LeakReading, "kmemIds" | "isAtLeast">): string {
  if (kmemIds === null) return "an unknown number of ids";
  return `${isAtLeast && kmemIds > 0 ? "at least " : ""}${kmemIds} ids`;
}
