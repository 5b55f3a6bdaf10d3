/** A mapping's keywords, checked against the table: what is unknown, misplaced, refused or of a wrong form is noted. */

import { boolWords, nearest } from "../modules/modules.ts";
import type { Place } from "../problem/problem.ts";
import { isTemplate, toValue, type YamlEntry, type YamlNode } from "../template/template.ts";
import { batchText, countText, nameText, numberText } from "./form-patterns.ts";
import { type Form, formerKeywords, type Keyword, keywords, keywordsOf, type Owner } from "./keywords.ts";
import type { Loading } from "./loading.ts";
import type { Located } from "./playbook-types.ts";

/** One keyword as it was written. */
export interface Field {
  readonly node: YamlNode;
  readonly place: Place;
}

/** The keywords of one play, block, role or task by name. */
export type Fields = ReadonlyMap<string, Field>;

/** Takes the entries that are keywords of the owner and are well formed. */
export function takeFields(entries: readonly YamlEntry[], owner: Owner, loading: Loading): Fields {
  const fields = new Map<string, Field>();
  for (const { key, value } of entries) {
    const keyword = keywords[key.text];
    if (!keyword?.on.includes(owner)) noteUnknown(key.text, owner, key.place, loading);
    else if (keyword.refused) noteRefused(key.text, keyword.refused, key.place, loading);
    else if (isNull(value) && !fillsNull(keyword)) continue;
    else if (isWellFormed(key.text, keyword, value, loading))
      fields.set(key.text, { node: value, place: key.place });
  }
  return fields;
}

/** An empty value means "not given", but for what must hold something. */
function fillsNull({ form }: Keyword): boolean {
  return form === "rollback";
}

export function isNull(node: YamlNode): boolean {
  return node.kind === "scalar" && node.value === null;
}

/** Notes a key that the owner cannot carry, with the nearest one that it can. */
export function noteUnknown(name: string, owner: Owner, place: Place, loading: Loading): void {
  const former = formerKeywords[name];
  if (former) {
    loading.error(
      "former-keyword",
      `Cannot use "${name}": it is gone from the language`,
      place,
      capital(former),
    );
    return;
  }
  const keyword = keywords[name];
  if (keyword) {
    const where = [...new Set(keyword.on.map((each) => phrases[each]))].join(", ");
    loading.error(
      "misplaced-keyword",
      `Cannot use "${name}" on ${phrases[owner]}: it belongs on ${where}`,
      place,
    );
    return;
  }
  const guess = nearest(name, keywordsOf(owner));
  loading.error(
    "unknown-keyword",
    `Cannot use "${name}" on ${phrases[owner]}: there is no such keyword`,
    place,
    guess && `Did you mean "${guess}"?`,
  );
}

const phrases: Readonly<Record<Owner, string>> = {
  play: "a play",
  role: "a role",
  block: "a block",
  task: "a task",
  handler: "a handler",
  include: "an include",
  import: "an import",
};

function noteRefused(name: string, instead: string, place: Place, loading: Loading): void {
  loading.error("refused-keyword", `Cannot use "${name}": kmend does not have it`, place, capital(instead));
}

function capital(text: string): string {
  return `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}.`;
}

function isWellFormed(
  name: string,
  keyword: Pick<Keyword, "form" | "choices" | "refusedChoices">,
  node: YamlNode,
  loading: Loading,
): boolean {
  const wanted = wrongForm(keyword.form, node);
  if (wanted) {
    loading.error(
      "wrong-form",
      `Cannot read "${name}": it is ${describe(node)}, wanted ${wanted}`,
      node.place,
    );
    return false;
  }
  const text = node.kind === "scalar" ? node.text : "";
  if (!keyword.choices || isTemplate(text) || keyword.choices.includes(text)) return true;
  const refused = keyword.refusedChoices?.[text.replace(/^ansible\.builtin\./, "")];
  if (text.startsWith("ansible.builtin.") && keyword.choices.includes(text.slice("ansible.builtin.".length)))
    return true;
  if (refused)
    loading.error(
      "refused-keyword",
      `Cannot use "${name}: ${text}": kmend does not have it`,
      node.place,
      capital(refused),
    );
  else
    loading.error(
      "wrong-form",
      `Cannot read "${name}": it is ${describe(node)}, wanted ${keyword.choices.join(", ")}`,
      node.place,
    );
  return false;
}

/** Checks one value outside the table's keywords (loop_control's). */
export function checkForm(name: string, form: Form, node: YamlNode, loading: Loading): boolean {
  return isWellFormed(name, { form }, node, loading);
}

/** What was wanted, when the node is something else. */
function wrongForm(form: Form, node: YamlNode): string | null {
  const scalar = node.kind === "scalar" ? node : undefined;
  const text = scalar?.text ?? "";
  if (scalar && isTemplate(text) && ["bool", "number", "count", "text", "batches"].includes(form))
    return null;
  switch (form) {
    case "bool":
      return scalar && boolWords.includes(text.toLowerCase()) ? null : "true or false";
    case "number":
      return scalar && numberText.test(text) ? null : "a number";
    case "count":
      return scalar && countText.test(text) ? null : "a whole number, 0 or more";
    case "text":
      return scalar ? null : "text";
    case "name":
      return scalar && nameText.test(text) ? null : "a variable's name";
    case "batches":
      return isBatch(node) || (node.kind === "seq" && node.items.every(isBatch))
        ? null
        : "a number, a percentage, or a list of them";
    case "condition":
      return isCondition(node) || (node.kind === "seq" && node.items.every(isCondition))
        ? null
        : "an expression, or a list of them";
    case "texts":
    case "tags":
      return scalar || (node.kind === "seq" && node.items.every((item) => item.kind === "scalar"))
        ? null
        : "text, or a list of text";
    case "dict":
      return node.kind === "map" ? null : "a mapping";
    case "dicts":
      return node.kind === "map" ||
        (scalar && isTemplate(text)) ||
        (node.kind === "seq" && node.items.every(isDict))
        ? null
        : "a mapping";
    case "tasks":
    case "roles":
      return node.kind === "seq" ? null : `a list of ${form}`;
    case "rollback":
      return node.kind === "seq" || text === "none" ? null : "a list of tasks, or `none`";
    case "any":
      return null;
  }
}

function isBatch(node: YamlNode): boolean {
  return node.kind === "scalar" && (batchText.test(node.text) || isTemplate(node.text));
}

function isCondition(node: YamlNode): boolean {
  return node.kind === "scalar";
}

function isDict(node: YamlNode): boolean {
  return node.kind === "map" || (node.kind === "scalar" && isTemplate(node.text));
}

/** The node in words: `the text "x"`, `a list`. */
export function describe(node: YamlNode): string {
  if (node.kind === "seq") return "a list";
  if (node.kind === "map") return "a mapping";
  if (node.value === null) return "empty";
  const text = node.text.length > 40 ? `${node.text.slice(0, 40)}...` : node.text;
  return typeof node.value === "string" ? `the text "${text}"` : text;
}

/** The keyword's value and place, when it was given. */
export function located(fields: Fields, name: string): Located | undefined {
  const field = fields.get(name);
  return field && { value: toValue(field.node), place: field.node.place };
}

/** The keyword's text and place. */
export function locatedText(fields: Fields, name: string): Located<string> | undefined {
  const node = fields.get(name)?.node;
  return node?.kind === "scalar" ? { value: node.text, place: node.place } : undefined;
}

/** One value or a list of them, each with its place. */
export function locatedList(fields: Fields, name: string): Located[] {
  const node = fields.get(name)?.node;
  if (!node) return [];
  return (node.kind === "seq" ? node.items : [node]).map((item) => ({
    value: toValue(item),
    place: item.place,
  }));
}
