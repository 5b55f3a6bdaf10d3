/** What the kernel and the services said that is of this leak, and what only looks like it. */

import type { Messages } from "../evidence/evidence.ts";
import { type Fact, isKnown } from "../fact.ts";
import type { Reason } from "./diagnosis.ts";

/** The newest of each log: a node that is out of ids says the same thousands of times. */
const most = 3;

export function heard(logs: readonly Fact<Messages>[]): Reason[] {
  return logs.flatMap((log) => {
    if (!isKnown(log)) return [];
    const { signs, lookalikes } = log.value;
    return [
      ...signs.slice(-most).map((line) => ({ says: line, cites: [log.source] })),
      ...lookalikes
        .slice(-most)
        .map(({ line, says }) => ({ says: `${line} (looks like it; ${says})`, cites: [log.source] })),
    ];
  });
}
