/** `vars_prompt`: variables that the run asks for before the play starts. */

import { looseBoolean, toValue, type YamlMap } from "../template/template.ts";
import { describe, type Fields } from "./fields.ts";
import { promptKeywords } from "./keywords.ts";
import type { Loading } from "./loading.ts";
import type { Play } from "./playbook-types.ts";

type Prompt = Play["varsPrompt"][number];

const known = Object.keys(promptKeywords);
const refused = ["confirm", "encrypt", "salt", "salt_size", "unsafe"];

export function readPrompts(fields: Fields, loading: Loading): Prompt[] {
  const node = fields.get("vars_prompt")?.node;
  if (!node) return [];
  const items = node.kind === "seq" ? node.items : [node];
  return items.flatMap((item) => {
    if (item.kind === "map") return readPrompt(item, loading) ?? [];
    loading.error(
      "wrong-form",
      `Cannot read "vars_prompt": it is ${describe(item)}, wanted a mapping with "name"`,
      item.place,
    );
    return [];
  });
}

function readPrompt(map: YamlMap, loading: Loading): Prompt | undefined {
  for (const { key } of map.entries) {
    if (refused.includes(key.text))
      loading.error(
        "refused-keyword",
        `Cannot use "${key.text}" in vars_prompt: kmend does not have it`,
        key.place,
        "Pass the variable with --extra-vars.",
      );
    else if (!known.includes(key.text))
      loading.error(
        "unknown-keyword",
        `Cannot use "${key.text}" in vars_prompt: it takes ${known.join(", ")}`,
        key.place,
      );
  }
  const node = (name: string) => map.entries.find(({ key }) => key.text === name)?.value;
  const text = (name: string) => {
    const found = node(name);
    return found?.kind === "scalar" ? found.text : undefined;
  };
  const name = text("name");
  if (!name) {
    loading.error("wrong-form", `Cannot read "vars_prompt": a variable has no name`, map.place);
    return undefined;
  }
  const fallback = node("default");
  const isPrivate = node("private");
  return {
    name,
    prompt: text("prompt") ?? name,
    private: isPrivate === undefined || (looseBoolean(toValue(isPrivate)) ?? true),
    ...(fallback ? { default: toValue(fallback) } : {}),
    place: map.place,
  };
}
