import { isTagSelected } from "../playbook/playbook.ts";
import { allTags, type Frame } from "./frame.ts";
import type { Run } from "./run.ts";

/** Whether `--tags` and `--skip-tags` let a task run. A handler is asked by its notification alone. */
export function isSelected(run: Run, frame: Frame): boolean {
  return run.play.kind === "handler" || isTagSelected(allTags(frame), run.world.options);
}
