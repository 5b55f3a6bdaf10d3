import { dump } from "js-yaml";
import { type Dict, toJson } from "../template/template.ts";

/** A dictionary as YAML, keys sorted, as `ansible-inventory --yaml` writes it. */
export function yamlText(value: Dict): string {
  return dump(toJson(value), { sortKeys: true, noRefs: true, lineWidth: -1, seqNoIndent: true }).trimEnd();
}
