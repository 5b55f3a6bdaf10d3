import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { shippedNames } from "../package/package.ts";
import type { PlanFile } from "../plan/plan.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";

/** A plan tells paths from the folder that it was made in: in another one nothing of it is found.
 *  @throws KmendError `plan-elsewhere` */
export function checkPlace({ playbooks }: PlanFile, file: string): void {
  const { playbooks: shipped } = shippedNames();
  const missing = playbooks.filter((path) => !isAbsolute(path) && !shipped.has(path) && !existsSync(path));
  if (missing.length === 0) return;
  throw new KmendError(
    {
      code: "plan-elsewhere",
      message: `Cannot apply ${file}: there is no ${missing.join(" and no ")} in ${process.cwd()}`,
      hint: "Go to the folder that the plan was made in, or to another checkout of it: paths in a plan are told from there.",
    },
    exitCodes.badOptions,
  );
}
