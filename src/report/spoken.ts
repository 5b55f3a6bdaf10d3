import type { Event, Events, Json } from "../journal/journal.ts";
import { firstHosts } from "./host-order.ts";
import { howMany } from "./how-many.ts";
import { harmless } from "./style.ts";
import { wrap } from "./wrap.ts";

/** What a task's hosts had to say by `debug` or `assert`: who says the same is named together. */
export interface Spoken {
  take(event: Event): void;
  /** What was said since the last call, below its task's line.
   *  @param width columns */
  lines(width: number): readonly string[];
}

/** More would push away what else is to be read; `kmend report` and the plain output have all of it. */
const mostTexts = 10;
const mostLines = 12;
const mostNamed = 3;

const indent = "    ";

export function spoken(): Spoken {
  const hostsOf = new Map<string, Set<string>>();
  return {
    take(event) {
      if (event.type !== "task:ended" && event.type !== "item:ended") return;
      for (const text of textsSaid(event))
        hostsOf.set(text, (hostsOf.get(text) ?? new Set()).add(event.host));
    },
    lines(width) {
      const said = [...hostsOf].map(([text, hosts]) => oneSaid([...hosts], text, width));
      const left = new Set([...hostsOf.values()].slice(mostTexts).flatMap((hosts) => [...hosts]));
      hostsOf.clear();
      const more = left.size > 0 ? [`${indent}and what ${howMany(left.size, "host")} said besides`] : [];
      return [...said.slice(0, mostTexts).flat(), ...more];
    },
  };
}

/** `a, b: text`; a text of several lines stands below its hosts. */
function oneSaid(hosts: readonly string[], text: string, width: number): readonly string[] {
  const lines = harmless(text).trimEnd().split("\n");
  const [first = "", ...others] = lines.length > mostLines ? [...lines.slice(0, mostLines), "…"] : lines;
  const told =
    others.length === 0
      ? [`${firstHosts(hosts, mostNamed)}: ${first}`]
      : [`${firstHosts(hosts, mostNamed)}:`, first, ...others];
  const deep = `${indent}  `;
  return told.flatMap((line, i) => wrap(`${i > 0 ? deep : indent}${line}`, width, deep.length));
}

/** What an `assert` says that was told nothing else to say. */
const nothingSaid = "All assertions passed";

/** A module whose very point is what it says. */
export function isSpeaker(module: string): boolean {
  return module === "debug" || module === "assert";
}

/** What a host had to say by `debug` or `assert`: `msg`, or a variable and its value. A loop's whole says nothing beside its items, and
 *  what `no_log` hides says nothing. */
export function textsSaid({
  task: { module },
  outcome,
  result,
}: Events["task:ended"] | Events["item:ended"]): readonly string[] {
  if (outcome !== "ok" && outcome !== "changed") return [];
  if (!isSpeaker(module)) return [];
  if (result === null || typeof result !== "object" || Array.isArray(result)) return [];
  const {
    msg,
    changed: _,
    failed: __,
    results,
    censored,
    ...values
  } = result as Readonly<Record<string, Json>>;
  if (results !== undefined || censored !== undefined) return [];
  if (module === "assert") return typeof msg === "string" && msg !== nothingSaid ? [msg] : [];
  if (msg !== undefined) return [shown(msg)];
  return Object.entries(values).map(([name, value]) => `${name}: ${shown(value)}`);
}

function shown(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
