import { Argument, Command } from "commander";
import { findModule, moduleNames } from "../modules/modules.ts";
import { playbookSchema, type SchemaKind, schemaKinds } from "../playbook/playbook.ts";

/** `kmend schema [WHAT]`. */
export function schemaCommand(): Command {
  return new Command("schema")
    .description("Print a JSON Schema of the playbook language, for editors that complete and check YAML")
    .addArgument(
      new Argument("[what]", "what the file holds: a playbook, or a role's tasks or handlers")
        .choices(schemaKinds)
        .default("playbook" satisfies SchemaKind),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  kmend schema > playbook.schema.json\n  kmend schema tasks > tasks.schema.json\n\nExit codes: 0 well, 5 no such schema",
    )
    .action((kind: SchemaKind) => console.log(schemaText(kind).trimEnd()));
}

/** The schema as it is printed and published: a line for each definition and each key of a task, so that a change of one module
 *  is one line of a diff. */
export function schemaText(kind: SchemaKind): string {
  const modules = moduleNames().flatMap((name) => findModule(name) ?? []);
  return `${lines(playbookSchema(kind, modules), 3)}\n`;
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
