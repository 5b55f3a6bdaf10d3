/** Ansible's rule for texts that must not be read back as lists or dicts: they come out of a filter that writes text. */

import type { Statement } from "./tree.ts";

/** Ansible's setting STRING_TYPE_FILTERS, as it is by default. */
const textFilters = new Set([
  "string",
  "to_json",
  "to_nice_json",
  "to_yaml",
  "to_nice_yaml",
  "ppretty",
  "json",
]);

export function printsText(statements: readonly Statement[]): boolean {
  return statements.some(
    (statement) =>
      statement.kind === "print" &&
      statement.value.kind === "filter" &&
      textFilters.has(statement.value.name.replace("ansible.builtin.", "")),
  );
}
