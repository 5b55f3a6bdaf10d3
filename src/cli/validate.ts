import { Command, Option } from "commander";
import { findModule, moduleNames } from "../modules/modules.ts";
import { shippedNames } from "../package/package.ts";
import { validatePlaybook } from "../playbook/playbook.ts";
import { exitCodes, formatProblem, type Problem } from "../problem/problem.ts";
import { processVault } from "./process-vault.ts";
import { rolesPath } from "./roles-path.ts";
import { addVaultOptions, type RunFlags } from "./run-options.ts";

/** `kmend validate PLAYBOOK...`. */
export function validateCommand(): Command {
  const command = new Command("validate")
    .description(
      "Load playbooks with all that they import, touch nothing, list every problem with file:line:column",
    )
    .argument("<playbook...>", "playbooks to load")
    .addOption(
      new Option("--output <kind>", "show as plain or json").choices(["plain", "json"]).default("plain"),
    );
  return addVaultOptions(command)
    .addHelpText(
      "after",
      "\nExamples:\n  kmend validate kmend.playbooks.kmem\n  kmend validate playbooks/*.yml --output json\n\nExit codes: 0 no problem (warnings may be), 4 some problem",
    )
    .action(async (paths: string[], flags: RunFlags) => {
      const vault = await processVault(flags);
      const problems: Problem[] = [];
      for (const path of paths)
        problems.push(
          ...(await validatePlaybook(path, {
            catalogue: { find: findModule, names: moduleNames },
            vault,
            rolesPath: rolesPath(),
            named: shippedNames(),
          })),
        );
      if (flags.output === "json") console.log(JSON.stringify(problems, null, 2));
      else if (problems.length > 0) console.log(problems.map((problem) => formatProblem(problem)).join("\n"));
      else console.log(`${paths.join(", ")}: no problem`);
      if (problems.some((problem) => problem.severity !== "warning")) process.exitCode = exitCodes.parseError;
    });
}
