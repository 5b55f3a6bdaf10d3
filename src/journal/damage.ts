import { join } from "node:path";
import { KmendError } from "../problem/problem.ts";
import type { RecordedRun } from "./journal.ts";

/** What is wrong, each with its place: `FILE:LINE: sentence`. */
export function damageLines({ folder, damage }: Pick<RecordedRun, "folder" | "damage">): string[] {
  return damage.map(({ line, says }) => `${join(folder, "journal.jsonl")}:${line}: ${says}`);
}

/** Nothing but its last line may be wrong, as a crash leaves it. @throws KmendError `journal-damaged` */
export function checkWhole(recorded: Pick<RecordedRun, "folder" | "damage" | "run">): void {
  const damage = recorded.damage.filter(({ kind }) => kind !== "torn");
  if (damage.length === 0) return;
  throw new KmendError(
    {
      code: "journal-damaged",
      message: `Cannot trust the journal of ${recorded.run}:\n${damageLines({ ...recorded, damage }).join("\n")}`,
      hint: "It is not as kmend wrote it. Restore it from a copy; or take back what can be read of it by\n    kmend rollback RUN --even-damaged",
    },
    1,
  );
}
