/** INI sources: `[group]`, `[group:children]`, `[group:vars]`, hosts with `key=value` behind them. */

import type { Place, Problem } from "../problem/problem.ts";
import { literal, type Value } from "../template/template.ts";
import { BadHostName, hostNames } from "./host-names.ts";
import { type Inventory, InventoryLoop } from "./inventory-model.ts";
import { lineWords } from "./line-words.ts";

/** Reads the text into the inventory; what is wrong with it is returned, all of it. */
export function readIni(text: string, file: string, inventory: Inventory): Problem[] {
  return new IniReader(file, inventory).read(text);
}

type Kind = "hosts" | "children" | "vars";

class IniReader {
  readonly #file: string;
  readonly #inventory: Inventory;
  readonly #problems: Problem[] = [];
  /** Groups named as a child before their own section came, and who wants them. */
  readonly #wanted = new Map<string, { parent: string; place: Place }[]>();
  readonly #lateVars: { group: string; key: string; value: Value; place: Place }[] = [];
  #section: { group: string; kind: Kind } = { group: "ungrouped", kind: "hosts" };

  constructor(file: string, inventory: Inventory) {
    this.#file = file;
    this.#inventory = inventory;
  }

  read(text: string): Problem[] {
    for (const [index, raw] of text
      .replace(/^\uFEFF/, "")
      .split(/\r?\n/)
      .entries()) {
      const line = raw.trimEnd();
      const start = line.length - line.trimStart().length;
      const place = { file: this.#file, line: index + 1, column: start + 1 };
      if (/^\s*(?:[#;]|$)/.test(line)) continue;
      if (/^\s*\[[^\]]*\]\s*(?:#.*)?$/.test(line) || /^\s*\[[^\]]*$/.test(line))
        this.#header(line.trim(), place);
      else if (this.#section.kind === "hosts") this.#host(line, place);
      else if (this.#section.kind === "children") this.#child(line.trim(), place);
      else this.#variable(line.trim(), place);
    }
    this.#settle();
    return this.#problems;
  }

  #header(line: string, place: Place): void {
    const [, group, kind = "hosts"] = /^\[([^:\]\s]+)(?::([^\]\s]*))?\]/.exec(line) ?? [];
    if (group === undefined) {
      this.#wrong(
        `Cannot read the section header "${line}": wanted [group], [group:children] or [group:vars]`,
        place,
      );
      return;
    }
    if (kind !== "hosts" && kind !== "children" && kind !== "vars") {
      this.#wrong(`Cannot read section [${group}:${kind}]: "${kind}" is neither children nor vars`, place);
      return;
    }
    this.#section = { group, kind };
    if (kind === "vars") return;
    this.#inventory.addGroup(group);
    for (const { parent, place: wantedAt } of this.#wanted.get(group) ?? [])
      this.#adopt(parent, group, wantedAt);
    this.#wanted.delete(group);
  }

  #host(line: string, place: Place): void {
    try {
      const [first, ...rest] = lineWords(line);
      if (!first) return;
      const { names, port } = hostNames(first.text);
      if (names.length === 0) this.#wrong(`Cannot read host "${first.text}": the range is empty`, place);
      for (const name of names) {
        this.#inventory.addHost(name, { groups: [this.#section.group], source: this.#file });
        if (port !== undefined) this.#inventory.host(name)?.vars.set("ansible_port", port);
      }
      for (const word of rest) this.#hostVariable(names, word.text, { ...place, column: word.column });
    } catch (error) {
      if (!(error instanceof BadHostName) && (error as Error).message !== "No closing quotation") throw error;
      const reason = error instanceof BadHostName ? error.message : "a quote is not closed";
      // The words behind it may be half of a password.
      this.#wrong(`Cannot read the line of host "${line.trim().split(/\s/)[0]}": ${reason}`, place);
    }
  }

  #hostVariable(names: readonly string[], word: string, place: Place): void {
    const equals = word.indexOf("=");
    if (equals < 1) {
      this.#wrong("Cannot read this word: wanted key=value behind a host's name", place);
      return;
    }
    const value = typed(word.slice(equals + 1));
    for (const name of names) this.#inventory.host(name)?.vars.set(word.slice(0, equals), value);
  }

  #child(line: string, place: Place): void {
    const child = line.replace(/\s*#.*$/, "");
    if (/\s/.test(child)) {
      this.#wrong(`Cannot read "${child}": wanted one group's name a line`, place);
      return;
    }
    if (this.#inventory.group(child)) {
      this.#adopt(this.#section.group, child, place);
      return;
    }
    const waiting = this.#wanted.get(child) ?? [];
    this.#wanted.set(child, [...waiting, { parent: this.#section.group, place }]);
  }

  #variable(line: string, place: Place): void {
    const equals = line.indexOf("=");
    if (equals < 1) {
      this.#wrong(`Cannot read "${line.split(/[\s:]/)[0]}": wanted key=value`, place);
      return;
    }
    const [key, value] = [line.slice(0, equals).trim(), typed(line.slice(equals + 1).trim())];
    const { group } = this.#section;
    if (this.#inventory.group(group)) this.#inventory.setGroupVar(group, key, value);
    else this.#lateVars.push({ group, key, value, place });
  }

  #adopt(parent: string, child: string, place: Place): void {
    try {
      this.#inventory.addGroup(child, { parents: [parent] });
    } catch (error) {
      if (!(error instanceof InventoryLoop)) throw error;
      this.#wrong(`Cannot add to [${parent}:children]: ${error.message}`, place);
    }
  }

  /** What waited for a group that a later section was to name. */
  #settle(): void {
    const missing = new Set<string>();
    for (const { group, key, value, place } of this.#lateVars) {
      if (this.#inventory.group(group)) this.#inventory.setGroupVar(group, key, value);
      else if (!missing.has(group)) {
        missing.add(group);
        this.#wrong(`Cannot set variables of group "${group}": no section [${group}] defines it`, place);
      }
    }
    for (const [child, waiting] of this.#wanted)
      for (const { parent, place } of waiting)
        this.#wrong(`Cannot add to [${parent}:children]: no section [${child}] defines "${child}"`, place);
  }

  #wrong(message: string, place: Place): void {
    this.#problems.push({ code: "inventory-syntax", message, place });
  }
}

/** `5` is a number, `True` a boolean, `[1, 2]` a list, `"5"` and whatever is no Python literal is text.
 *  Behind a literal Python allows a comment; behind other text the `#` belongs to it. */
function typed(text: string): Value {
  const ends = [text.length, ...[...text.matchAll(/#/g)].map(({ index }) => index)];
  for (const end of ends) {
    const value = literal(text.slice(0, end).trimEnd());
    if (value !== undefined) return value;
  }
  return text;
}
