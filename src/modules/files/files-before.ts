/** Whether paths are what they were before older changes of them. */

import { join, type Script, sh } from "../../script/script.ts";
import { type Inspection, type Made, text } from "../module.ts";
import { type FilesChange, keepPath } from "./change.ts";
import { isAgain, readSeen, type Seen } from "./foreign.ts";
import { look, lookFunctions } from "./look.ts";
import type { Step, Was } from "./steps.ts";

/** A step that put something else in a path's place, and where it kept what stood there. */
interface Put {
  readonly path: string;
  readonly was: Was;
  readonly keep: string;
}

/** For each path of the change, the oldest step that put something else there says what was before. null: one of them stood before the
 *  change, and no older step put it there: that is for the change's own revert, which gives its mode and owner back, too. */
export function filesBefore(
  made: Made<FilesChange>,
  older: readonly Made<FilesChange>[],
): Inspection<boolean> | null {
  const paths = new Set(made.change.steps.map(({ path }) => path));
  // Where nothing stood there is nothing else to give back.
  const put = [...older.flatMap(putBy), ...putBy(made).filter(({ was }) => was.kind === "absent")];
  const first = [...paths].map((path) => put.find((each) => each.path === path));
  const all = first.filter((each) => each !== undefined);
  if (all.length === 0 || all.length < first.length) return null;
  return {
    script: sh`(
${lookFunctions}
${join(all.map(lookAt))}
:
)`,
    parse: (output) => {
      const seen: readonly Seen[] = readSeen(text(output.stdout));
      return all.every(({ was }, n) => {
        const found = seen[n];
        return found !== undefined && isAgain(was, found.now, found.isKept);
      });
    },
  };
}

function putBy({ change, where }: Made<FilesChange>): Put[] {
  return change.steps.flatMap((step: Step, n) => {
    const was = wasBefore(step);
    return was === null ? [] : [{ path: step.path, was, keep: keepPath(where, n) }];
  });
}

function wasBefore(step: Step): Was | null {
  if (step.do === "folder") return { kind: "absent" };
  return "was" in step ? step.was : null;
}

function lookAt({ path, keep }: Put): Script {
  return sh`${look(sh`${path}`, { sums: true })}
if [ -e ${keep} ] || [ -L ${keep} ]; then echo kept y; fi`;
}
