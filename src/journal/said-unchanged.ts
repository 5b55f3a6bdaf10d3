import type { Events, Json } from "./events.ts";

/** Whether a task that ended made no change by its author's word (`changed_when:`): what kmend ran for it is none then, failed or not. */
export function isSaidUnchanged({
  outcome,
  result,
}: Pick<Events["task:ended"], "outcome" | "result">): boolean {
  return outcome === "ok" || (outcome === "failed" && changedOf(result) === false);
}

function changedOf(result: Json): Json | undefined {
  return (result as { readonly changed?: Json } | null)?.changed;
}
