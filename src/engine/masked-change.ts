/**
 * A change as the journal may tell it: with its secrets masked, where a rollback can go by that; else nothing of it, as of a
 * `no_log` task, and its way back lies on the host only.
 */

import { type AnyChange, type HostModule, parseArguments, type Where } from "../modules/modules.ts";
import type { Recorded } from "./change.ts";
import type { Doing } from "./doing.ts";
import { maskedEvent } from "./masked-journal.ts";
import { givenOf } from "./reach-again.ts";

/** @param made the change itself, and where it keeps */
export function tellable(
  module: HostModule,
  doing: Doing,
  recorded: Recorded,
  made: { readonly change: AnyChange; readonly where: Where },
): Recorded {
  const told = maskedEvent(doing.run.mask, "change:recorded", recorded);
  if (!told.masked || servesAsWell(module, doing, told, made)) return told;
  const { state: _, args: __, brought: ___, script: ____, item: _____, ...rest } = told;
  const wayBack = rest.wayBack.kind === "again" ? ({ kind: "none", reason: gone } as const) : rest.wayBack;
  return { ...rest, wayBack, changes: { censored: true } };
}

const gone = "it holds a secret, which no journal keeps: run its playbook";

/** The same scripts come of the masked change: what was masked is for people only. */
function servesAsWell(
  module: HostModule,
  doing: Doing,
  told: Recorded,
  { change, where }: { readonly change: AnyChange; readonly where: Where },
): boolean {
  const there = { ...where, tmp: `${where.save}/tmp` };
  const scripts = (of: AnyChange, args: unknown): (string | undefined)[] => [
    module.revert(of, there)?.text,
    module.foreign?.(of, there)?.script.text,
    module.tidy?.(of, there).text,
    module.inspect?.(args, doing.setting)?.script.text,
    againText(module, of, there),
  ];
  try {
    const { given, free } = givenOf(told);
    const masked = scripts(told.changes as unknown as AnyChange, parseArguments(module, given, free));
    return scripts(change, doing.args).every((script, at) => script === masked[at]);
  } catch {
    return false; // what stars stand in cannot be read
  }
}

function againText(module: HostModule, change: AnyChange, there: Where): string | undefined {
  const again = module.again?.(change, there.save);
  return again && `${again.keep?.text ?? ""}\n${module.apply(again.change, there).text}`;
}
