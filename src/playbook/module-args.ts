/** A module's arguments: a mapping, `key=value` text, free text, or a template that gives them all. */

import { nearest } from "../modules/modules.ts";
import type { Place } from "../problem/problem.ts";
import { Dict, isTemplate, toValue, type Value, type YamlNode } from "../template/template.ts";
import { describe, isNull } from "./fields.ts";
import type { KnownModule, Loading } from "./loading.ts";
import type { Located, TaskArgs } from "./playbook-types.ts";
import { splitArguments } from "./split-arguments.ts";

/** A module as it was written, ours (`known`) or not. */
export interface Call {
  readonly name: string;
  readonly place: Place;
  readonly node: YamlNode;
  readonly known?: KnownModule | undefined;
  /** `args:`, weaker than what stands behind the module's name. */
  readonly more?: YamlNode | undefined;
}

/** Reads the arguments; an option that the module does not have is noted at its place. */
export function readArguments(call: Call, loading: Loading): TaskArgs {
  const reader = new ArgumentReader(call, loading);
  if (call.more) reader.take(call.more, true);
  reader.take(call.node, false);
  return reader.finish();
}

class ArgumentReader {
  readonly #call: Call;
  readonly #loading: Loading;
  readonly #options = new Dict();
  readonly #places = new Map<string, Place>();
  #free: Located<string> | undefined;
  #template: Located | undefined;

  constructor(call: Call, loading: Loading) {
    this.#call = call;
    this.#loading = loading;
  }

  take(node: YamlNode, isMore: boolean): void {
    const { name, known } = this.#call;
    if (isNull(node)) return;
    if (node.kind === "map") {
      for (const { key, value } of node.entries) this.#option(key.text, toValue(value), key.place);
    } else if (node.kind === "seq") {
      this.#loading.error(
        "wrong-form",
        `Cannot read the arguments of ${name}: they are a list, wanted a mapping or text`,
        node.place,
      );
    } else if (isWholeTemplate(node.text) && (isMore || known?.freeForm === undefined)) {
      this.#template = { value: toValue(node), place: node.place };
    } else if (isMore) {
      this.#loading.error(
        "wrong-form",
        `Cannot read "args": it is ${describe(node)}, wanted a mapping`,
        node.place,
      );
    } else this.#text(node.text, node.place);
  }

  /** `key=value` words become options; for a module with a free form only its own options do, the rest is its text. */
  #text(text: string, place: Place): void {
    const { name, known } = this.#call;
    const takesText = known === undefined || known.freeForm !== undefined;
    let rest = "";
    for (const word of this.#words(text, place)) {
      const isOption =
        word.name !== undefined &&
        (!takesText || known === undefined || canonical(known, word.name) !== undefined);
      if (isOption) this.#option(word.name ?? "", word.value ?? "", place);
      else rest += word.text;
    }
    if (rest.trim() === "") return;
    if (takesText) this.#free = { value: rest.trim(), place };
    else
      this.#loading.error(
        "extra-params",
        `Cannot read the arguments of ${name}: "${rest.trim()}" is not key=value`,
        place,
        "Write them as a mapping below the module's name, or quote a value that holds blanks.",
      );
  }

  #words(text: string, place: Place) {
    try {
      return splitArguments(text);
    } catch (error) {
      // A free form may hold any text: a shell's own quoting is the shell's to judge.
      if (this.#call.known?.freeForm === undefined)
        this.#loading.error(
          "open-quote",
          `Cannot read the arguments of ${this.#call.name}: ${(error as Error).message}`,
          place,
        );
      return [{ text }];
    }
  }

  #option(name: string, value: Value, place: Place): void {
    const { known } = this.#call;
    if (name === "_raw_params" && known?.freeForm !== undefined && typeof value === "string") {
      this.#free = { value, place };
      return;
    }
    if (known) checkOption(known, name, place, this.#loading);
    this.#options.set(name, value);
    this.#places.set(name, place);
  }

  finish(): TaskArgs {
    return {
      place: this.#call.place,
      options: this.#options,
      places: this.#places,
      ...(this.#free ? { free: this.#free } : {}),
      ...(this.#template ? { template: this.#template } : {}),
    };
  }
}

/** Notes an option that the module does not have, with the nearest that it has. */
export function checkOption(known: KnownModule, name: string, place: Place, loading: Loading): void {
  const refused = refusalOf(known, name);
  if (refused)
    loading.error(
      "refused-option",
      `Cannot use option "${name}" of ${known.name}: kmend does not have it`,
      place,
      refused,
    );
  if (canonical(known, name) !== undefined || known.anyOption) return;
  const guess = nearest(name, Object.keys(known.options));
  const names = Object.keys(known.options).filter((each) => !known.options[each]?.refused);
  loading.error(
    "unknown-option",
    `Cannot use option "${name}" of ${known.name}: there is no such option`,
    place,
    guess ? `Did you mean "${guess}"?` : names.length > 0 ? `It has ${names.join(", ")}.` : "It has none.",
  );
}

/** What to use instead of an option that Ansible's module has and ours refuses. */
export function refusalOf(known: KnownModule, name: string): string | undefined {
  const found = canonical(known, name);
  return found === undefined ? undefined : known.options[found]?.refused;
}

/** The option's own name, by that or by an alias. */
function canonical({ options }: KnownModule, name: string): string | undefined {
  if (Object.hasOwn(options, name)) return name;
  return Object.entries(options).find(([, option]) => option.aliases?.includes(name))?.[0];
}

/** One template and nothing around it. */
export function isWholeTemplate(text: string): boolean {
  return isTemplate(text) && /^\s*\{\{(?:(?!\}\}|\{\{)[\s\S])*\}\}\s*$/.test(text);
}
