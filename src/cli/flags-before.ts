/** The flags of a run, from its journal. */

import type { Events } from "../journal/journal.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import type { RunFlags } from "./run-options.ts";

/** What `run:started` keeps of the options; a journal of an older kmend has fewer. */
interface Kept {
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  readonly limit?: string | null;
  readonly forks?: number;
  readonly extraVars?: readonly string[];
  readonly startAtTask?: string;
  readonly forceHandlers?: boolean;
  readonly onFailure?: NonNullable<RunFlags["onFailure"]>;
  readonly anyPlace?: boolean;
  readonly become?: { readonly enabled: boolean; readonly method: string; readonly user: string };
  readonly connection?: {
    readonly kind: string;
    readonly user?: string;
    readonly privateKeyFile?: string;
    readonly sshCommonArgs?: string;
    readonly sshExtraArgs?: string;
  };
}

/** What a run, or a plan, says of how it began. */
export type Began = Pick<Events["run:started"], "options" | "inventories" | "diff">;

/** The flags that the run began with, below those that are given now.
 *  @throws KmendError `missing-extra-vars`: their values are in no journal */
export function asBefore<Flags extends RunFlags>(first: Began, given: Flags): Flags {
  const kept = first.options as Kept;
  checkExtraVars(kept.extraVars ?? [], given);
  const before: RunFlags = {
    diff: first.diff,
    ...defined({
      tags: kept.tags,
      skipTags: kept.skipTags,
      forks: kept.forks,
      startAtTask: kept.startAtTask,
      forceHandlers: kept.forceHandlers,
      onFailure: kept.onFailure,
      skipPreFlight: kept.anyPlace,
    }),
  };
  return { ...before, ...reachedAsBefore(first, given), ...defined({ limit: kept.limit ?? undefined }) };
}

/** How the run reached its hosts, below what is said now. */
export function reachedAsBefore<Flags extends RunFlags>(first: Omit<Began, "diff">, given: Flags): Flags {
  const { become, connection } = first.options as Kept;
  return {
    inventory: first.inventories,
    ...defined({
      become: become?.enabled,
      becomeMethod: become?.method,
      becomeUser: become?.user,
      connection: connection?.kind,
      user: connection?.user,
      privateKey: connection?.privateKeyFile,
      sshCommonArgs: connection?.sshCommonArgs,
      sshExtraArgs: connection?.sshExtraArgs,
    }),
    ...given,
  };
}

function defined(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function checkExtraVars(names: readonly string[], { extraVars }: RunFlags): void {
  if (names.length === 0 || extraVars !== undefined) return;
  throw new KmendError(
    {
      code: "missing-extra-vars",
      message: `Cannot go on: the run was given variables by -e (${names.join(", ")}), and their values are in no journal`,
      hint: "Give them again: -e NAME=VALUE, or -e @FILE.",
    },
    exitCodes.badOptions,
  );
}
