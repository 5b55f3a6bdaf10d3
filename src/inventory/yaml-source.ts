/** YAML and JSON sources: groups with `hosts`, `vars` and `children` below them. */

import type { Place, Problem } from "../problem/problem.ts";
import {
  Dict,
  didYouMean,
  toValue,
  type YamlEntry,
  type YamlMap,
  type YamlNode,
} from "../template/template.ts";
import { BadHostName, hostNames } from "./host-names.ts";
import { type Inventory, InventoryLoop } from "./inventory-model.ts";

/** Reads the tree into the inventory; what is wrong with it is returned, all of it. */
export function readYamlInventory(root: YamlNode | undefined, file: string, inventory: Inventory): Problem[] {
  return new YamlReader(file, inventory).read(root);
}

/** What a group may have. */
const sections = ["hosts", "vars", "children"];

class YamlReader {
  readonly #file: string;
  readonly #inventory: Inventory;
  readonly #problems: Problem[] = [];

  constructor(file: string, inventory: Inventory) {
    this.#file = file;
    this.#inventory = inventory;
  }

  read(root: YamlNode | undefined): Problem[] {
    if (root?.kind !== "map") {
      const place = root?.place ?? { file: this.#file, line: 1, column: 1 };
      this.#wrong("Cannot read the inventory: it must be a mapping of groups", place);
      return this.#problems;
    }
    const plugin = root.entries.find(({ key }) => key.text === "plugin");
    if (plugin)
      this.#problems.push({
        code: "inventory-plugin",
        message: "Cannot use an inventory plugin: they are Python, but for kmend.kubernetes",
        place: plugin.key.place,
        hint: "Write what it finds to a file, and use that:\n    ansible-inventory -i FILE --list --yaml",
      });
    else for (const entry of root.entries) this.#group(entry, undefined);
    return this.#problems;
  }

  #group({ key, value }: YamlEntry, parent: string | undefined): void {
    this.#declare(key.text, parent, key.place);
    if (isNull(value)) return;
    if (value.kind !== "map") {
      this.#wrong(
        `Cannot read group "${key.text}": it must be a mapping with hosts, vars or children`,
        value.place,
      );
      return;
    }
    for (const entry of value.entries) this.#section(key.text, entry);
  }

  #declare(name: string, parent: string | undefined, place: Place): void {
    try {
      this.#inventory.addGroup(name, parent === undefined || parent === name ? {} : { parents: [parent] });
    } catch (error) {
      if (!(error instanceof InventoryLoop)) throw error;
      this.#wrong(`Cannot read the children of "${parent}": ${error.message}`, place);
    }
  }

  #section(group: string, { key, value }: YamlEntry): void {
    if (!sections.includes(key.text)) {
      this.#wrong(
        `Passing over "${key.text}" of group "${group}": a group has hosts, vars and children`,
        key.place,
        "warning",
        didYouMean(key.text, sections) ?? undefined,
      );
      return;
    }
    const entries = this.#entries(group, key.text, value);
    if (key.text === "vars")
      for (const { key: name, value: node } of entries) {
        this.#inventory.setGroupVar(group, name.text, toValue(node));
      }
    else if (key.text === "children") for (const entry of entries) this.#group(entry, group);
    else for (const entry of entries) this.#hosts(group, entry);
  }

  /** A mapping's entries; a lone name stands for itself, nothing for none. */
  #entries(group: string, section: string, value: YamlNode): readonly YamlEntry[] {
    if (value.kind === "map") return value.entries;
    if (isNull(value)) return [];
    if (value.kind === "scalar" && section !== "vars")
      return [{ key: value, value: { ...value, value: null, text: "" } }];
    const hint = value.kind === "seq" ? "Write a name and a colon a line, without dashes." : undefined;
    this.#wrong(
      `Cannot read ${section} of group "${group}": it must be a mapping`,
      value.place,
      "error",
      hint,
    );
    return [];
  }

  #hosts(group: string, { key, value }: YamlEntry): void {
    const vars = this.#vars(key.text, value);
    try {
      const { names, port } = hostNames(key.text);
      for (const name of names) {
        this.#inventory.addHost(name, { groups: [group], source: this.#file });
        const host = this.#inventory.host(name);
        if (port !== undefined) host?.vars.set("ansible_port", port);
        for (const [variable, set] of vars.entries()) host?.vars.set(variable, set);
      }
    } catch (error) {
      if (!(error instanceof BadHostName)) throw error;
      this.#wrong(`Cannot read host "${key.text}": ${error.message}`, key.place);
    }
  }

  #vars(host: string, value: YamlNode): Dict {
    if (isNull(value)) return new Dict();
    if (value.kind === "map") {
      const vars = toValue(value);
      return vars instanceof Dict ? vars : new Dict();
    }
    this.#wrong(`Cannot read the variables of host "${host}": they must be a mapping`, value.place);
    return new Dict();
  }

  #wrong(message: string, place: Place, severity: "error" | "warning" = "error", hint?: string): void {
    this.#problems.push({ code: "inventory-syntax", message, place, severity, ...(hint ? { hint } : {}) });
  }
}

function isNull(node: YamlNode): boolean {
  return node.kind === "scalar" && node.value === null;
}

/** What makes a mapping look like an inventory: every value is a mapping or nothing. */
export function looksLikeGroups(root: YamlNode | undefined): root is YamlMap {
  return root?.kind === "map" && root.entries.every(({ value }) => value.kind === "map" || isNull(value));
}
