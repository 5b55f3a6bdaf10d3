import { join, sh } from "../../script/script.ts";
import type { Again } from "../module.ts";
import { type FilesChange, subshell } from "./change.ts";

/** The same steps, their bytes taken from what stands on the host now; what is no longer theirs is not kept for it. */
export function againFiles(change: FilesChange, folder: string): Again<FilesChange> {
  const kept = (n: number): string => `${folder}/again-${n}`;
  const steps = change.steps.map((step, n) =>
    step.do === "write" ? { ...step, source: { host: kept(n) } } : step,
  );
  const copies = change.steps.flatMap((step, n) =>
    step.do === "write"
      ? [
          sh`if kmend_is ${step.path} file ${step.sha256}; then cp -p -- ${step.path} ${kept(n)} || exit 1; fi`,
        ]
      : [],
  );
  return {
    change: { ...change, steps },
    keep: copies.length > 0 ? subshell(join([...copies, sh`:`])) : null,
  };
}
