import type { WayBack } from "../../journal/journal.ts";
import { onlyAtOnce } from "../changes-table.ts";
import type { AccountWayBack } from "./account.ts";

/** A way back in a few words that somebody understands who was not there. */
export function wayBackWords(wayBack: WayBack | undefined): AccountWayBack {
  if (!wayBack || wayBack.kind === "revert")
    return { kind: "revert", says: "kmend restores the state before" };
  if (wayBack.kind === "tasks" && wayBack.tasks.length === 0)
    return { kind: "not needed", says: "none needed, says the playbook" };
  if (wayBack.kind === "tasks")
    return {
      kind: "tasks",
      says: `the playbook's rollback: ${wayBack.tasks.map((task) => task.name).join(", ")}${onlyAtOnce(wayBack.tasks)}`,
    };
  if (wayBack.kind === "again") return { kind: "again", says: "the change is made once more" };
  return wayBack.isPassing
    ? { kind: "not needed", says: `none: ${wayBack.reason}` }
    : { kind: "none", says: wayBack.reason };
}
