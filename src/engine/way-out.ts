import { quote } from "../script/script.ts";
import type { Recorded } from "./change.ts";
import type { Aim } from "./foreign.ts";
import type { Reverted } from "./revert-change.ts";

/** What stands on the host now, and what a person runs next. */
export function wayOut(
  change: Recorded,
  kind: Exclude<Reverted["kind"], "reverted" | "passed">,
  aim: Aim,
): string {
  // Copied into a shell; the folder is below what the host calls its user's home.
  const again = `kmend rollback ${aim.of} --limit ${quote(change.host)}`;
  const byHand = `sh ${quote(`${change.save}/revert.sh`)}`;
  switch (kind) {
    case "foreign":
      return `Nothing was overwritten: the change stands, with what came after it. To take it back all the same, theirs being kept first:\n    ${again} --force`;
    case "failed":
      return change.wayBack.kind === "revert"
        ? `The change stands, or a part of it. Once the reason is gone, at the console of ${change.host}:\n    ${byHand}\n  or from here:\n    ${again}`
        : `What its rollback tasks had not done yet stands. Once the reason is gone:\n    ${again}`;
    case "different":
      return `The revert ran; what it left differs as said. What was saved lies in ${change.save}`;
    case "irreversible":
      return "The change stands. Undo it by hand, if it must be.";
    case "unreachable":
      return `The change stands, and so do the older ones on ${change.host}. Once it answers:\n    ${again}\n  or at its console:\n    sh ${quote(`${change.save.replace(/\/[^/]*$/, "")}/revert.sh`)}`;
  }
}
