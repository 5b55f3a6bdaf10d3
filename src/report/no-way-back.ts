import type { Events } from "../journal/journal.ts";
import { harmless } from "./style.ts";

/** Says, before the first change of a task that cannot be taken back, why it cannot; once, however many hosts there are. */
export function noWayBackTeller(): (event: Events["change:recorded"]) => string | null {
  const told = new Set<string>();
  return ({ task, wayBack }) => {
    if (wayBack.kind !== "none" || task.kind === "rollback") return null;
    const key = `${task.id} ${wayBack.reason}`;
    if (told.has(key)) return null;
    told.add(key);
    return `no way back: ${harmless(wayBack.reason)}`;
  };
}
