/** What the script printed, by name. */

import { withoutLineEnds } from "../../script/output.ts";
import { type Fact, known, unknown } from "../fact.ts";
import { fieldMark, recordMark } from "../script/words.ts";

export class Records {
  readonly #facts = new Map<string, Fact<string>>();

  constructor(stdout: string) {
    for (const record of stdout.split(recordMark).slice(1)) {
      const [status = "", name = "", source = "", text = ""] = record.split(fieldMark);
      const said = withoutLineEnds(text);
      this.#facts.set(
        name,
        status === "ok" ? known(said, source) : unknown(said || "no reason given", source),
      );
    }
  }

  /** One fact's text; a name that the script never said is unknown. */
  get(name: string, instead = "not read on this node"): Fact<string> {
    return this.#facts.get(name) ?? unknown(instead, name);
  }

  /** The names that begin so, without it. */
  below(prefix: string): string[] {
    return [...this.#facts.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
  }

  /** A whole number. */
  number(name: string): Fact<number> {
    const fact = this.get(name);
    if (fact.reason !== undefined) return fact;
    return /^\d+$/.test(fact.value)
      ? known(Number(fact.value), fact.source)
      : unknown(`not a number: ${fact.value}`, fact.source);
  }

  lines(name: string): Fact<readonly string[]> {
    const fact = this.get(name);
    return fact.reason === undefined
      ? known(
          fact.value.split("\n").filter((line) => line !== ""),
          fact.source,
        )
      : fact;
  }
}

/** `Key=value` lines, as `systemctl show` prints them. */
export function properties(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const equals = line.indexOf("=");
    if (equals > 0) found[line.slice(0, equals)] = line.slice(equals + 1);
  }
  return found;
}
