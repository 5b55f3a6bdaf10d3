import { findModule, moduleNames } from "../modules/modules.ts";
import { shippedNames } from "../package/package.ts";
import { type LoadedPlaybook, type LoadOptions, loadPlaybook } from "../playbook/playbook.ts";
import { exitCodes, formatProblem, KmendError, type Problem } from "../problem/problem.ts";
import { parseExtraVars } from "./extra-vars.ts";
import { processVault } from "./process-vault.ts";
import { rolesPath } from "./roles-path.ts";
import type { RunFlags } from "./run-options.ts";
import { sayTags } from "./said-tags.ts";

/** Loads every playbook before anything runs, and reports the problems of all of them at once, and tags that no task of them has.
 *  @throws KmendError with every problem of every file */
export async function loadAll(paths: readonly string[], flags: RunFlags): Promise<readonly LoadedPlaybook[]> {
  const options = await loadOptions(flags);
  const problems: Problem[] = [];
  const loaded: LoadedPlaybook[] = [];
  let exitCode: number = exitCodes.error;
  for (const path of paths) {
    try {
      loaded.push(loadPlaybook(path, options));
    } catch (error) {
      if (!(error instanceof KmendError)) throw error;
      problems.push(...error.problems);
      exitCode = Math.max(exitCode, error.exitCode);
    }
  }
  if (problems.length > 0) throw new KmendError(problems, exitCode);
  for (const warning of loaded.flatMap((playbook) => playbook.warnings))
    process.stderr.write(`${formatProblem(warning)}\n`);
  sayTags(loaded, flags, options);
  return loaded;
}

async function loadOptions(flags: RunFlags): Promise<LoadOptions> {
  const vault = await processVault(flags);
  return {
    catalogue: { find: findModule, names: moduleNames },
    extraVars: parseExtraVars(flags.extraVars ?? [], vault),
    vault,
    rolesPath: rolesPath(),
    named: shippedNames(),
  };
}
