/** The facts script's records, and the small parsers that several readers share. */

export class Texts {
  readonly #texts = new Map<string, string>();

  constructor(stdout: string) {
    for (const record of stdout.split("\x1e").slice(1)) {
      const at = record.indexOf("\x1f");
      this.#texts.set(record.slice(0, at), record.slice(at + 1));
    }
  }

  /** A record's text; "" where the host could not say. */
  get(name: string): string {
    return this.#texts.get(name) ?? "";
  }

  has(name: string): boolean {
    return this.#texts.has(name);
  }

  lines(name: string): string[] {
    return this.get(name)
      .split("\n")
      .filter((line) => line !== "");
  }

  /** The names that begin so, without it. */
  below(prefix: string): string[] {
    return [...this.#texts.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
  }

  /** `KEY=value` lines with shell quotes taken off. */
  assignments(name: string): Readonly<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const line of this.lines(name)) {
      const [, key, value = ""] = /^([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
      if (key !== undefined) found[key] = value.replace(/^(["'])(.*)\1$/, "$2");
    }
    return found;
  }
}
