import { checkLimit, type Inventory } from "../inventory/inventory.ts";
import { formatProblem } from "../problem/problem.ts";

/** For commands whose journal says nothing of it: parts of a limit that name nothing are told where people read, before anything is begun.
 *  @param option what gave the limit
 *  @throws KmendError `empty-limit`, `limit-file` */
export function sayLimit(inventory: Inventory, limit: string | undefined, option = "--limit"): void {
  for (const warning of checkLimit(inventory, limit, option))
    process.stderr.write(`${formatProblem(warning)}\n`);
}
