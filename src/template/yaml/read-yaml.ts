/** Reads YAML as PyYAML and Ansible do, keeping each node's place. js-yaml parses; the tree is built here from its events. */

import { EVENT_ID, type Event, getScalarValue, parseEvents, type ScalarEvent, YAMLException } from "js-yaml";
import { KmendError, type Place, type Problem } from "../../problem/problem.ts";
import { closedVault, isEncrypted, type Vault } from "../../vault/vault.ts";
import { Dict, Encrypted, type Key, type Value } from "../values.ts";
import { plainScalar } from "./plain-scalar.ts";
import { taggedScalar } from "./tagged-scalar.ts";
import type { YamlDocument, YamlEntry, YamlMap, YamlNode, YamlScalar } from "./yaml-nodes.ts";
import { likelyMend, yamlProblem } from "./yaml-problem.ts";

/** Deep enough for any file that a person wrote; bounds the recursion for those that nobody did. */
const maxDepth = 500;

/** One document; a second one in the source is a problem, as it is for Ansible. The source may be encrypted.
 *  @throws KmendError `yaml-syntax`, and what the vault says of a source that it does not open */
export function readYaml(source: string, file: string, vault: Vault = closedVault): YamlDocument {
  const documents = readYamlAll(source, file, vault);
  if (documents.length > 1) {
    const second = documents[1]?.root?.place ?? { file, line: 1, column: 1 };
    throw yamlProblem("a second document starts here, wanted one", second, "Remove the `---` above it.");
  }
  return documents[0] ?? { file, wasEncrypted: isEncrypted(source), warnings: [] };
}

/** Every document of the source. */
export function readYamlAll(source: string, file: string, vault: Vault = closedVault): YamlDocument[] {
  const wasEncrypted = isEncrypted(source);
  const read = wasEncrypted
    ? vault.open(source, { file, line: 1, column: 1 }, "file").toString("utf8")
    : source;
  const text = read.startsWith("\uFEFF") ? read.slice(1) : read;
  try {
    return new TreeBuilder(text, file, parse(text, file), vault)
      .documents()
      .map((document) => ({ ...document, wasEncrypted }));
  } catch (error) {
    throw wasEncrypted && error instanceof KmendError ? withoutItsText(error) : error;
  }
}

/** What is wrong with a line is said by quoting it. */
function withoutItsText(error: KmendError): KmendError {
  const place = error.problems[0]?.place as Place;
  return yamlProblem(
    "what the encrypted file hides is no YAML here",
    place,
    "Look at it with ansible-vault view.",
  );
}

function parse(source: string, file: string): Event[] {
  try {
    return parseEvents(source, { filename: file, maxDepth });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const reason = String(error.reason);
    const line = error.mark?.line ?? 0;
    const place = { file, line: line + 1, column: (error.mark?.column ?? 0) + 1 };
    const lines = source.split(/\r\n|\n|\r/);
    throw yamlProblem(reason, place, likelyMend(reason, lines[line] ?? "", lines[line - 1] ?? ""));
  }
}

class TreeBuilder {
  readonly #source: string;
  readonly #file: string;
  readonly #events: readonly Event[];
  readonly #vault: Vault;
  readonly #lineStarts: readonly number[];
  #at = 0;
  /** The source offset last seen, for nodes that have none (an empty value). */
  #offset = 0;
  #anchors = new Map<string, YamlNode | "open">();
  #warnings: Problem[] = [];

  constructor(source: string, file: string, events: readonly Event[], vault: Vault) {
    this.#vault = vault;
    this.#source = source;
    this.#file = file;
    this.#events = events;
    const starts = [0];
    for (const match of source.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
    this.#lineStarts = starts;
  }

  documents(): Omit<YamlDocument, "wasEncrypted">[] {
    const documents: Omit<YamlDocument, "wasEncrypted">[] = [];
    while (this.#at < this.#events.length) {
      this.#at++;
      this.#anchors = new Map();
      this.#warnings = [];
      const isEmpty = this.#peek().type === EVENT_ID.POP;
      const root = isEmpty ? undefined : this.#node();
      this.#at++;
      documents.push({ file: this.#file, ...(root ? { root } : {}), warnings: this.#warnings });
    }
    return documents;
  }

  #peek(): Event {
    return this.#events[this.#at] as Event;
  }

  #node(): YamlNode {
    const event = this.#peek();
    this.#at++;
    if (event.type === EVENT_ID.ALIAS) return this.#alias(event.anchorStart, event.anchorEnd);
    if (event.type === EVENT_ID.SCALAR) return this.#anchored(event, () => this.#scalar(event));
    if (event.type === EVENT_ID.SEQUENCE) return this.#anchored(event, () => this.#sequence(event));
    if (event.type === EVENT_ID.MAPPING) return this.#anchored(event, () => this.#mapping(event));
    throw new Error(`unexpected event ${event.type}`);
  }

  #alias(start: number, end: number): YamlNode {
    this.#offset = start;
    const name = this.#source.slice(start, end);
    const node = this.#anchors.get(name);
    if (node === undefined)
      throw yamlProblem(`the alias *${name} has no anchor &${name} above it`, this.#place(start));
    if (node === "open") throw yamlProblem(`the alias *${name} is inside its own anchor`, this.#place(start));
    return node;
  }

  #anchored(event: { anchorStart: number; anchorEnd: number }, build: () => YamlNode): YamlNode {
    if (event.anchorStart < 0) return build();
    const name = this.#source.slice(event.anchorStart, event.anchorEnd);
    this.#anchors.set(name, "open");
    const node = build();
    this.#anchors.set(name, node);
    return node;
  }

  #scalar(event: ScalarEvent): YamlScalar {
    const text = getScalarValue(this.#source, event);
    const style = event.style === 1 ? "plain" : event.style <= 3 ? "quoted" : "block";
    if (style === "block" && event.tagStart >= 0) this.#offset = event.tagStart;
    else if (event.valueStart >= 0) this.#offset = event.valueStart - (style === "quoted" ? 1 : 0);
    else if (event.tagStart >= 0) this.#offset = event.tagStart;
    const place = this.#place(this.#offset);
    const tag = this.#tag(event);
    if (tag === undefined || tag === "!")
      return {
        kind: "scalar",
        place,
        text,
        style,
        value: style === "plain" && !tag ? plainScalar(text) : text,
      };
    const value =
      tag === "!vault" || tag === "!vault-encrypted"
        ? this.#encrypted(text, place)
        : taggedScalar(tag, text, place);
    return { kind: "scalar", place, text, style, value, ...(tag.startsWith("tag:") ? {} : { tag }) };
  }

  #encrypted(envelope: string, place: Place): Value {
    const vault = this.#vault;
    return new Encrypted(envelope, () => {
      const text = vault.open(envelope, place, "value").toString("utf8");
      vault.hide(text);
      return text;
    });
  }

  #sequence(event: { start: number; tagStart: number; tagEnd: number }): YamlNode {
    this.#offset = event.start;
    const place = this.#place(event.start);
    const tag = this.#collectionTag(event, place, ["seq", "omap", "pairs"]);
    const items: YamlNode[] = [];
    while (this.#peek().type !== EVENT_ID.POP) items.push(this.#node());
    this.#at++;
    return { kind: "seq", place, items, ...tag };
  }

  #mapping(event: { start: number; tagStart: number; tagEnd: number }): YamlMap {
    this.#offset = event.start;
    const place = this.#place(event.start);
    const tag = this.#collectionTag(event, place, ["map", "set"]);
    const own = new Dict();
    const entries: YamlEntry[] = [];
    const merged: YamlEntry[] = [];
    while (this.#peek().type !== EVENT_ID.POP) {
      const key = this.#key();
      const value = this.#node();
      if (key.style === "plain" && key.text === "<<" && key.tag === undefined)
        merged.unshift(...this.#merge(value, key));
      else this.#add(entries, own, { key, value });
    }
    this.#at++;
    const inherited = unique(merged).filter(({ key }) => !own.has(key.value as Key));
    return { kind: "map", place, entries: [...inherited, ...entries], ...tag };
  }

  #key(): YamlScalar {
    const key = this.#node();
    if (key.kind === "scalar") return key;
    const hint = `If a template was meant, quote the whole value: "{{ ... }}"`;
    throw yamlProblem(
      `a ${key.kind === "map" ? "mapping" : "list"} stands where a key was wanted`,
      key.place,
      hint,
    );
  }

  #add(entries: YamlEntry[], own: Dict, entry: YamlEntry): void {
    const key = entry.key.value as Key;
    const earlier = own.get(key);
    if (typeof earlier !== "number") {
      own.set(key, entries.length);
      entries.push(entry);
      return;
    }
    // As in a Python dict, the first spelling of the key stays: `1` and `yes` are one.
    entries[earlier] = { key: entries[earlier]?.key ?? entry.key, value: entry.value };
    this.#warnings.push({
      code: "duplicate-key",
      severity: "warning",
      message: `the key "${entry.key.text}" is written twice in one mapping; only this last one counts`,
      place: entry.key.place,
    });
  }

  #merge(value: YamlNode, key: YamlScalar): YamlEntry[] {
    if (value.kind === "map") return [...value.entries];
    if (value.kind === "seq") return value.items.toReversed().flatMap((item) => this.#merge(item, key));
    throw yamlProblem("`<<` merges mappings, but its value is a scalar", value.place);
  }

  #tag(event: { tagStart: number; tagEnd: number }): string | undefined {
    if (event.tagStart < 0) return undefined;
    const tag = this.#source.slice(event.tagStart, event.tagEnd);
    if (tag.startsWith("!!")) return `tag:yaml.org,2002:${tag.slice(2)}`;
    return tag.startsWith("!<") ? tag.slice(2, -1) : tag;
  }

  #collectionTag(
    event: { tagStart: number; tagEnd: number },
    place: Place,
    allowed: readonly string[],
  ): { tag?: string } {
    const tag = this.#tag(event);
    if (tag === undefined || tag === "!" || allowed.some((name) => tag === `tag:yaml.org,2002:${name}`))
      return {};
    if (tag === "!unsafe") return { tag };
    throw yamlProblem(`the tag ${tag} is not known here`, place);
  }

  #place(offset: number): Place {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file: this.#file, line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }
}

/** One entry a key: the first spelling's position, the last value. */
function unique(entries: readonly YamlEntry[]): YamlEntry[] {
  const kept: YamlEntry[] = [];
  const positions = new Dict();
  for (const entry of entries) {
    const position = positions.get(entry.key.value as Key);
    if (typeof position === "number") kept[position] = entry;
    else {
      positions.set(entry.key.value as Key, kept.length);
      kept.push(entry);
    }
  }
  return kept;
}
