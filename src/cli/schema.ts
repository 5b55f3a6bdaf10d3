import { Argument, Command } from "commander";
import { inventorySchema } from "../inventory/inventory.ts";
import { findModule, moduleNames } from "../modules/modules.ts";
import { playbookSchema, type SchemaKind, schemaKinds } from "../playbook/playbook.ts";

type Kind = SchemaKind | "inventory";

/** `kmend schema [WHAT]`. */
export function schemaCommand(): Command {
  return new Command("schema")
    .description("Print a JSON Schema of playbooks or inventories, for editors that complete and check YAML")
    .addArgument(
      new Argument("[what]", "what the file holds: a playbook, a role's tasks or handlers, or an inventory")
        .choices([...schemaKinds, "inventory" satisfies Kind])
        .default("playbook" satisfies Kind),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  kmend schema > playbook.schema.json\n  kmend schema inventory > inventory.schema.json\n\nExit codes: 0 well, 5 no such schema",
    )
    .action((kind: Kind) => console.log(schemaText(kind).trimEnd()));
}

/** The schema as it is printed and published: a line for each definition and each key of a task, so that a change of one module
 *  is one line of a diff. */
export function schemaText(kind: Kind): string {
  return `${lines(schemaOf(kind), 3)}\n`;
}

function schemaOf(kind: Kind): object {
  if (kind === "inventory") return inventorySchema();
  const modules = moduleNames().flatMap((name) => findModule(name) ?? []);
  return playbookSchema(kind, modules);
}

function lines(value: unknown, depth: number, indent = ""): string {
  if (depth === 0 || typeof value !== "object" || value === null || Array.isArray(value))
    return JSON.stringify(value);
  const inner = `${indent}  `;
  const entries = Object.entries(value).map(
    ([key, each]) => `${inner}${JSON.stringify(key)}: ${lines(each, depth - 1, inner)}`,
  );
  return `{\n${entries.join(",\n")}\n${indent}}`;
}
