import { Command } from "commander";
import {
  type Inventory,
  inventoryGraph,
  inventoryHost,
  inventoryList,
  inventoryYaml,
} from "../inventory/inventory.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import { addVaultOptions, type RunFlags } from "./run-options.ts";
import { readSettings } from "./settings.ts";
import { readInventory } from "./world.ts";

interface InventoryFlags extends RunFlags {
  readonly list?: boolean;
  readonly graph?: boolean;
  readonly host?: string;
  readonly yaml?: boolean;
  readonly vars?: boolean;
}

/** `kmend inventory [GROUP]`. */
export function inventoryCommand(): Command {
  const command = new Command("inventory")
    .description("Show the inventory as it was understood, in the shapes of ansible-inventory")
    .argument("[group]", "for --graph: begin at this group")
    .option(
      "-i, --inventory <source>",
      'read hosts from a file, a folder, a program or "host1,host2,"',
      (source: string, all: readonly string[] = []) => [...all, source],
    )
    .option("--list", "every group and host with its variables, as JSON")
    .option("--graph", "a tree of groups and hosts")
    .option("--host <name>", "one host's variables")
    .option("-y, --yaml", "as YAML instead of JSON")
    .option("--vars", "with variables in the tree");
  return addVaultOptions(command)
    .addHelpText(
      "after",
      "\nExamples:\n  kmend inventory -i inventory/example.yml --graph\n  kmend inventory -i inventory/example.yml --host app-1\n\nExit codes: 0 well, 1 no such host or group, 5 bad options",
    )
    .action(async (group: string | undefined, flags: InventoryFlags) => {
      const inventory = await readInventory(flags, readSettings(process.env));
      console.log(shown(inventory, group, flags));
    });
}

function shown(inventory: Inventory, group: string | undefined, flags: InventoryFlags): string {
  if (flags.host !== undefined)
    return inventoryHost(inventory, flags.host, { yaml: flags.yaml ?? false }) ?? refuse("host", flags.host);
  if (flags.graph)
    return (
      inventoryGraph(inventory, { vars: flags.vars ?? false, ...(group === undefined ? {} : { group }) }) ??
      refuse("group", group ?? "all")
    );
  if (flags.yaml) return inventoryYaml(inventory);
  if (flags.list) return inventoryList(inventory);
  throw new KmendError(
    { code: "bad-options", message: "Cannot tell what to show: give one of --list, --graph, --host NAME" },
    exitCodes.badOptions,
  );
}

function refuse(kind: "host" | "group", name: string): never {
  throw new KmendError(
    {
      code: `unknown-${kind}`,
      message: `Cannot show the ${kind} "${name}": the inventory has none of that name`,
    },
    exitCodes.error,
  );
}
