/** A file of facts.d: JSON, or INI with sections, as Ansible reads them. */

import { Dict, fromJson, type Value } from "../../template/values.ts";

export function localFact(text: string): Value {
  try {
    return fromJson(JSON.parse(text));
  } catch {
    return text.startsWith("error: ") ? text : ini(text);
  }
}

/** Option names in lower case and values as text, as Python's parser has them. */
function ini(text: string): Value {
  const sections = new Dict();
  let section: Dict | null = null;
  for (const line of text.split("\n")) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const [, name] = /^\[(.+)\]\s*$/.exec(line) ?? [];
    const at = line.search(/[=:]/);
    const [key, value] = at < 1 ? ["", ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    if (name !== undefined) {
      section = new Dict();
      sections.set(name, section);
    } else if (section && key !== "") section.set(key.toLowerCase(), value);
    else return `error loading facts as JSON or ini - please check content: ${line}`;
  }
  return sections;
}
