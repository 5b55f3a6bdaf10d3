import { harmless } from "../../style.ts";

/** A piece of a page that may stand there as it is. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Markup | null | undefined | readonly Value[];

/** A piece of a page: every `${}` that is not markup itself is shown as the text that it is, whatever stands in it. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return new Markup(parts.reduce((page, part, i) => page + shown(values[i - 1]) + part));
}

function shown(value: Value): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Markup) return value.text;
  return typeof value === "object" ? value.map(shown).join("") : escaped(String(value));
}

/** For text and for attributes in either quotes. */
function escaped(text: string): string {
  return harmless(text.toWellFormed())
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

export function joined(parts: readonly Markup[], between = ""): Markup {
  return new Markup(parts.map(({ text }) => text).join(between));
}
