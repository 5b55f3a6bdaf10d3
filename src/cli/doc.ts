import { Command, Option } from "commander";
import { nearest } from "../modules/modules.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import { type DocEntry, type DocType, docEntries, docTypes } from "./doc-entries.ts";

interface DocFlags {
  readonly list?: boolean;
  readonly type?: DocType;
  readonly json?: boolean;
}

/** `kmend doc [NAME]`. */
export function docCommand(): Command {
  return new Command("doc")
    .description("Explain a module, keyword, filter, test or lookup, a shipped playbook or role")
    .argument("[name]", "what to explain; none lists the modules")
    .option("-l, --list", "list everything that there is, with a line on each")
    .addOption(new Option("-t, --type <type>", "only what is such a thing").choices(docTypes))
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  kmend doc copy\n  kmend doc --list --type playbook\n\nExit codes: 0 well, 1 there is nothing of that name",
    )
    .action((name: string | undefined, flags: DocFlags) => {
      const entries = chosen(name, flags);
      if (flags.json) console.log(JSON.stringify(entries.map(asJson), null, 2));
      else if (name === undefined || flags.list) console.log(listed(entries));
      else console.log(entries.map(explained).join("\n\n"));
    });
}

function chosen(name: string | undefined, { list, type }: DocFlags): readonly DocEntry[] {
  const all = docEntries().filter((each) => type === undefined || each.type === type);
  if (name === undefined) return list || type ? all : all.filter((each) => each.type === "module");
  const found = all.filter((each) => each.name === name || each.aliases.includes(name));
  if (found.length > 0) return found;
  const names = all.map((each) => each.name);
  const guess = nearest(name, names) ?? names.find((each) => each.endsWith(`.${name}`));
  throw new KmendError(
    {
      code: "unknown-module",
      message: `Cannot explain "${name}": there is no such ${type ?? "module, keyword, filter, test, lookup, playbook or role"}`,
      hint: `${guess ? `Did you mean "${guess}"? ` : ""}List them with\n    kmend doc --list`,
    },
    exitCodes.error,
  );
}

function listed(entries: readonly DocEntry[]): string {
  const types = docTypes.filter((type) => entries.some((each) => each.type === type));
  const lines = (type: DocType): string => {
    const ofType = entries.filter((each) => each.type === type);
    const width = Math.max(0, ...ofType.map(({ name }) => name.length)) + 2;
    return ofType
      .map(
        ({ name, summary, isRefused }) => `${name.padEnd(width)}${isRefused ? "(refused) " : ""}${summary}`,
      )
      .join("\n");
  };
  if (types.length < 2) return types.map(lines).join("");
  return types.map((type) => `${type[0]?.toUpperCase()}${type.slice(1)}s:\n${lines(type)}`).join("\n\n");
}

function explained({ type, name, summary, text }: DocEntry): string {
  const title = type === "module" ? `${name}: ${summary}` : `${name} (${type}): ${summary}`;
  return [title, ...text].join("\n\n");
}

function asJson({ type, name, summary, more }: DocEntry): object {
  return { type, name, summary, ...more };
}
