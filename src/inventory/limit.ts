/** What is wrong with a `--limit`, told before a host is asked. */

import { KmendError, type Problem } from "../problem/problem.ts";
import type { Inventory } from "./inventory-model.ts";
import { matchLimit } from "./match-hosts.ts";

/** @param option what gave the limit
 *  @returns warnings of its parts that name nothing, where others name hosts
 *  @throws KmendError `empty-limit` where it leaves no host, as under Ansible; `limit-file` */
export function checkLimit(
  inventory: Inventory,
  limit: string | undefined,
  option = "--limit",
): readonly Problem[] {
  if (limit === undefined) return [];
  const { hosts, warnings } = matchLimit(inventory, limit);
  if (hosts.length > 0) return warnings;
  const wrong = warnings.map(({ message, hint }) => (hint === undefined ? message : `${message}. ${hint}`));
  throw new KmendError({
    code: "empty-limit",
    message: `Specified inventory, hosts pattern and/or ${option} leaves us with no hosts to target: ${limit}`,
    hint: [...wrong, "Look at the hosts there are:\n    kmend inventory --graph"].join("\n"),
  });
}
