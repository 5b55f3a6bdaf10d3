import { type Dict, writeYaml, type YamlLayout } from "../template/template.ts";

const layout: YamlLayout = {
  ...{ indent: 2, width: 80, sortKeys: true, flow: "never" },
  ...{ allowUnicode: true, explicitStart: false, explicitEnd: false },
};

/** A dictionary as YAML, keys sorted, as `ansible-inventory --yaml` writes it (but never with anchors). */
export function yamlText(value: Dict): string {
  return writeYaml(value, layout).trimEnd();
}
