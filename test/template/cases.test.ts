/** Every recorded answer of ansible-core, in both modes. */

import { readFileSync } from "node:fs";
import t from "tap";
import {
  type Dict,
  fromJsonText,
  Layers,
  repr,
  Templar,
  toJson,
  typeName,
  Undefined,
  type Value,
} from "../../src/template/template.ts";

type Answers = "default" | "native";
const errors = { default: "error", native: "native_error" } as const;

const data = (name: string) =>
  fromJsonText(readFileSync(new URL(`data/${name}`, import.meta.url), "utf8")) as Dict;

for (const mode of ["default", "native"] as const)
  t.test(`ansible-core's answers are ours, ${mode} mode`, async (t) => {
    for (const group of data("jinja-cases.json").get("groups") as readonly Dict[]) {
      const scope = new Layers([{ vars: group.get("variables") as Dict, lazy: true }]);
      for (const each of group.get("cases") as readonly Dict[])
        t.match(ours(scope, each, mode), theirs(each, mode), `${each.get("template")}`);
    }
  });

t.test("filters, tests and lookups answer as ansible-core's", async (t) => {
  const recorded = data("filter-cases.json");
  const scope = new Layers([{ vars: recorded.get("variables") as Dict, lazy: true }]);
  for (const each of recorded.get("cases") as readonly Dict[]) {
    const template = each.get("template") as string;
    const value = new Templar(scope, { searchPaths: [] }).render(template);
    t.same(toJson(value), toJson(each.get("json") as Value), template);
  }
});

/** What we give: the type and the repr, or the error. */
function ours(scope: Layers, each: Dict, mode: Answers): string {
  const templar = new Templar(scope, { native: mode === "native", searchPaths: [] });
  try {
    const value = templar.render(each.get("template") as Value);
    if (value instanceof Undefined) return "Undefined Undefined";
    return `${value === null ? "None" : typeName(value)} ${repr(value)}`;
  } catch (error) {
    return `error ${(error as Error).message}`;
  }
}

/** What ansible-core gave; of an error the sentence that Jinja wrote. */
function theirs(each: Dict, mode: Answers): string {
  const error = each.get(errors[mode]) as string | undefined;
  if (error !== undefined) return error.replace("template error while templating string: ", "");
  const answer = each.get(mode) as Dict;
  return `${answer.get("type")} ${answer.get("repr")}`;
}
