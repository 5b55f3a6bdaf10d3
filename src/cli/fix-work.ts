/** What the wizard has done for it, by the functions of the other commands. */

import { join } from "node:path";
import type { Command } from "commander";
import { runPlaybooks } from "../engine/engine.ts";
import { loadInventory } from "../inventory/inventory.ts";
import { createFileStore, lastOwn, type Store, stateFolder } from "../journal/journal.ts";
import { KmendError } from "../problem/problem.ts";
import { accountOf, type Paper, prettyReader, type Reader, writtenReport } from "../report/report.ts";
import {
  dryRunBatches,
  dryRunLine,
  type Given,
  policyVariables,
  type Ran,
  rolloutReader,
  scanReader,
  type Watched,
  type Work,
} from "../wizard/wizard.ts";
import type { FixFlags } from "./fix.ts";
import { sameCommand } from "./fix-command.ts";
import { followWithPauses } from "./fix-follow.ts";
import { fixFolder, writeKept } from "./fix-kept.ts";
import { findSources } from "./fix-sources.ts";
import type { Follow } from "./followers.ts";
import { loadAll } from "./load-all.ts";
import { processVault } from "./process-vault.ts";
import { withReader } from "./reader.ts";
import { writeReport } from "./report-file.ts";
import { resume } from "./resume.ts";
import { rollback } from "./rollback.ts";
import { runOver } from "./run.ts";
import { scan } from "./scan.ts";
import { readGround, withWorld } from "./world.ts";

/** Earlier runs that are looked at for how long a mend takes. */
const runsLookedAt = 30;

export interface FixWorkOptions {
  readonly command: Command;
  readonly paper: Paper;
  readonly isPlain: boolean;
}

export function fixWork(flags: FixFlags, { command, paper, isPlain }: FixWorkOptions): Work {
  const store = createFileStore(stateFolder(flags.state, process.env));
  const reader = (): Reader => (isPlain ? rolloutReader(paper) : prettyReader(paper, { diff: false }));
  /** Follows one run, and then reads back what it came to. */
  const followed = async (
    watched: Watched | null,
    act: (follow: Follow) => Promise<number>,
  ): Promise<Ran> => {
    const { follow, run } = followWithPauses(reader, watched, flags);
    await act(follow);
    return ranOf(store, run());
  };
  return {
    sources: () => findSources(flags),
    hostsOf: async (inventory) =>
      (await loadInventory(inventory, { vault: await processVault(flags) })).hosts.length,
    clusterNodes: async (inventory) => {
      const { hosts } = await loadInventory(inventory, { vault: await processVault(flags) });
      return hosts.filter((host) => host.vars.has("kubernetes_node")).map((host) => host.name);
    },
    async scan(inventory, hosts) {
      const shown = scanReader(paper);
      const limit = hosts === null ? flags.limit : hosts.join(",");
      return scan({ ...flags, inventory, ...(limit === undefined ? {} : { limit }) }, (event) =>
        shown.read(event),
      );
    },
    plan: (given) =>
      dryRun(flagsOf(flags, given), given, {
        store,
        reader: isPlain ? dryRunBatches(paper) : dryRunLine(paper),
      }),
    run: (given, watched) =>
      followed(watched, async (follow) => {
        const own = flagsOf(flags, given);
        const playbooks = await loadAll(given.leg.playbooks, own);
        return runOver(playbooks, await readGround("run", own), own, follow);
      }),
    resume: (run, given, watched, { retryFailed }) =>
      // The limit is the run's own; what is given here would narrow it once more.
      followed(watched, (follow) => {
        const { limit: _, ...own } = flagsOf(flags, given);
        return resume(run, { ...own, retryFailed }, follow);
      }),
    rollback: (run, hosts) =>
      followed(null, (follow) => {
        const { limit: _, ...own } = flags;
        return rollback(run, { ...own, ...(hosts === null ? {} : { limit: hosts.join(",") }) }, follow);
      }),
    recorded: (run) =>
      ranOf(store, run).catch((error: unknown) => {
        if (error instanceof KmendError) return null;
        throw error;
      }),
    report: (run) => reportOf(store, run, join(fixFolder(flags.state), `${run}.html`)),
    async earlier() {
      const ids = (await store.ids()).slice(0, runsLookedAt);
      return Promise.all(ids.map(async (id) => (await store.read(id)).events));
    },
    keep: async (kept) => writeKept(flags.state, kept),
    command: async (given) => sameCommand(command, given, fixFolder(flags.state)),
  };
}

/** What the other commands would be given for a leg. */
function flagsOf(flags: FixFlags, { inventory, leg, policy }: Given): FixFlags {
  const variables = JSON.stringify({ ...leg.variables, ...policyVariables(policy, leg) });
  return {
    ...flags,
    inventory,
    limit: leg.hosts.join(","),
    extraVars: [...(flags.extraVars ?? []), variables],
    onFailure: policy.onFailure,
  };
}

async function dryRun(
  flags: FixFlags,
  { leg }: Given,
  { store, reader }: { readonly store: Store; readonly reader: Reader },
): Promise<Ran> {
  const playbooks = await loadAll(leg.playbooks, flags);
  const ground = await readGround("plan", flags, { check: true, diff: true, foretells: true });
  const run = await withWorld(ground, async (world, journal) => {
    await withReader(reader, journal, () => runPlaybooks(playbooks, world));
    return journal.run;
  });
  return ranOf(store, run);
}

async function reportOf(store: Store, run: string, file: string): Promise<string | null> {
  const { events } = await store.read(run);
  try {
    writeReport(file, writtenReport(accountOf(events, { isLive: false }), "html"));
    return file;
  } catch (error) {
    if (!(error instanceof KmendError)) throw error;
    return null;
  }
}

async function ranOf(store: Store, wanted: string): Promise<Ran> {
  const { run, folder, events } = await store.read(wanted);
  const last = lastOwn(events);
  return { run, folder, events, exitCode: last?.type === "run:ended" ? last.exitCode : null };
}
