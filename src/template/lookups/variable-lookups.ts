/** Lookups on variables, the environment and the configuration. */

import { type Lookup, lookup, refusedLookup } from "../define.ts";
import { onlyText } from "../python/convert.ts";
import { templateError, undefinedError } from "../python/failure.ts";
import { pythonRegex } from "../python/regex.ts";
import { str } from "../python/text.ts";
import { Undefined, type Value } from "../values.ts";

export const variableLookups: Readonly<Record<string, Lookup>> = {
  vars: lookup("The variables of those names", (terms, named, context) =>
    terms.map((term) => {
      const name = onlyText(term, "the variable's name");
      const value = context.run.variable(name);
      if (value !== undefined) return value;
      const fallback = named.get("default");
      if (fallback !== undefined) return fallback;
      throw undefinedError(new Undefined(name, `No variable found with this name: ${name}`));
    }),
  ),
  varnames: lookup("The names of variables that a regular expression matches", (terms, _named, context) =>
    terms.flatMap((term) => {
      const regex = pythonRegex(onlyText(term, "the pattern"));
      return context.names().filter((name) => {
        regex.lastIndex = 0;
        return regex.test(name);
      });
    }),
  ),
  env: lookup("The controller's environment variables", (terms, named, context) =>
    terms.map((term): Value => context.settings.environment[str(term)] ?? named.get("default") ?? ""),
  ),
  config: lookup("Settings by their names", (terms, named, context) =>
    terms.map((term) => {
      const value = context.settings.config(str(term));
      if (value !== undefined) return value;
      if (str(named.get("on_missing") ?? "error") === "skip") return "";
      throw templateError(`Unable to find setting ${str(term)}`);
    }),
  ),
  password: refusedLookup(
    "the lookup 'password' is not supported: make the password beforehand and pass it as a variable",
  ),
  url: refusedLookup(
    "the lookup 'url' is not supported: templates do not touch the network; fetch it in a task",
  ),
  pipe: refusedLookup(
    "the lookup 'pipe' is not supported: run the command in a task and register its result",
  ),
  lines: refusedLookup(
    "the lookup 'lines' is not supported: run the command in a task and register its result",
  ),
  csvfile: refusedLookup("the lookup 'csvfile' is not supported: keep the data as YAML or JSON"),
  ini: refusedLookup("the lookup 'ini' is not supported: keep the data as YAML or JSON"),
  inventory_hostnames: refusedLookup(
    "the lookup 'inventory_hostnames' is not supported: use the variable 'groups'",
  ),
};
