import { Command } from "commander";
import { findModule, type Module, moduleNames } from "../modules/modules.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";

/** `kmend doc [NAME]`. */
export function docCommand(): Command {
  return new Command("doc")
    .description("Explain a module: its options, an example, and what its way back does")
    .argument("[name]", "a module's name; none lists them all")
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  kmend doc\n  kmend doc copy\n\nExit codes: 0 well, 1 no such module",
    )
    .action((name: string | undefined, flags: { json?: boolean }) => {
      const modules = name === undefined ? moduleNames().map((each) => wanted(each)) : [wanted(name)];
      if (flags.json)
        console.log(
          JSON.stringify(
            modules.map((each) => described(each)),
            null,
            2,
          ),
        );
      else if (name === undefined)
        console.log(modules.map((each) => `${each.name.padEnd(24)}${each.summary}`).join("\n"));
      else console.log(modules.map((each) => explain(each)).join("\n\n"));
    });
}

function wanted(name: string): Module {
  const module = findModule(name);
  if (module) return module;
  throw new KmendError(
    {
      code: "unknown-module",
      message: `Cannot explain "${name}": there is no such module`,
      hint: "List them with\n    kmend doc",
    },
    exitCodes.error,
  );
}

function explain(module: Module): string {
  const options = Object.entries(module.options).filter(([, option]) => option.refused === undefined);
  const width = Math.max(0, ...options.map(([name]) => name.length));
  return [
    `${module.name}: ${module.summary}`,
    `Options:\n${options.map(([name, option]) => `  ${name.padEnd(width)}  ${option.help} (${option.type}${option.required ? ", required" : ""})`).join("\n")}`,
    `Way back: ${module.wayBack}`,
    ...(module.examples ? [`Example:\n${module.examples.trimEnd().replace(/^/gm, "  ")}`] : []),
  ].join("\n\n");
}

function described({ name, kind, summary, options, wayBack, aliases, examples }: Module): object {
  return { name, kind, summary, aliases: aliases ?? [], options, wayBack, examples };
}
