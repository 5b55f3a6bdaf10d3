/** Filters on text. */

import { type Filter, filter, freeFilter } from "../define.ts";
import { getAttribute, getItem } from "../jinja/access.ts";
import { noArguments } from "../python/arguments.ts";
import { asCount, asFlag, asText, onlyText } from "../python/convert.ts";
import { templateError } from "../python/failure.ts";
import { formatPercent } from "../python/format-percent.ts";
import { toDict } from "../python/mapping.ts";
import { characters, iterate } from "../python/sequence.ts";
import { repr, str } from "../python/text.ts";
import { capitalized, lines, replace, split, textMethods } from "../python/text-methods.ts";
import { Dict, isInt, isList, Tuple, Undefined, type Value } from "../values.ts";

const reach = { attribute: getAttribute, item: getItem };

function method(name: string, summary: string): Filter {
  return filter(summary, [], (value) => textMethods[name]?.(str(value), noArguments, reach) ?? null);
}

const htmlEscape = filter("Replaces &, <, >, ' and \" with HTML's entities", [], (value) =>
  escaped(str(value)),
);

export const textFilters: Readonly<Record<string, Filter>> = {
  upper: method("upper", "Text in capitals"),
  lower: method("lower", "Text in small letters"),
  capitalize: filter("First letter a capital, the rest small", [], (value) => capitalized(str(value))),
  title: filter("Each word starts with a capital, the rest is small", [], (value) => titleWords(str(value))),
  trim: filter(
    "Strips blanks, or the characters given, from both ends",
    ["chars"],
    (value, { chars }) =>
      textMethods["strip"]?.(
        str(value),
        { positional: chars === undefined ? [] : [chars], named: new Map() },
        reach,
      ) ?? "",
  ),
  center: filter(
    "Text in the middle of a field of that width",
    ["width"],
    (value, { width }) =>
      textMethods["center"]?.(str(value), { positional: [asCount(width, 80)], named: new Map() }, reach) ??
      "",
  ),
  string: filter("The value as text", [], (value) => str(value)),
  safe: filter("The text itself: nothing is escaped here", [], (value) => str(value)),
  escape: htmlEscape,
  e: htmlEscape,
  forceescape: htmlEscape,
  striptags: filter("Drops HTML's tags and folds blanks", [], (value) =>
    split(str(value).replace(/<!--.*?-->|<[^>]*>/gs, ""), undefined, -1).join(" "),
  ),
  replace: filter(
    "Replaces a text by another, everywhere or so many times",
    ["old", "new", "count"],
    (value, args) => replace(str(value), asText(args.old), asText(args.new), asCount(args.count, -1)),
  ),
  split: filter("Splits at the separator, or at blanks", ["sep", "maxsplit"], (value, { sep, maxsplit }) =>
    split(
      onlyText(value, "the value to split"),
      sep === undefined || sep === null ? undefined : onlyText(sep, "the separator"),
      asCount(maxsplit, -1),
    ),
  ),
  format: freeFilter("Fills in the text's %s with the arguments", (value, { positional, named }) => {
    if (positional.length > 0 && named.size > 0)
      throw templateError("can't handle positional and keyword arguments at the same time");
    return formatPercent(str(value), named.size > 0 ? Dict.from(named) : new Tuple(positional));
  }),
  indent: filter(
    "Indents each line but the first",
    ["width", "first", "blank"],
    (value, { width, first, blank }) =>
      indented(
        str(value),
        isInt(width ?? 4) ? " ".repeat(asCount(width, 4)) : asText(width),
        asFlag(first, false),
        asFlag(blank, false),
      ),
  ),
  truncate: filter("Cuts text that is too long", ["length", "killwords", "end", "leeway"], (value, args) =>
    truncated(
      str(value),
      asCount(args.length, 255),
      asFlag(args.killwords, false),
      asText(args.end, "..."),
      asCount(args.leeway, 5),
    ),
  ),
  wordcount: filter(
    "How many words the text has",
    [],
    (value) => (str(value).match(/[\p{L}\p{N}_]+/gu) ?? []).length,
  ),
  wordwrap: filter(
    "Breaks lines at a width",
    ["width", "break_long_words", "wrapstring", "break_on_hyphens"],
    (value, args) =>
      lines(str(value))
        .map((line) =>
          wrapped(line, asCount(args.width, 79), asFlag(args.break_long_words, true)).join(
            asText(args.wrapstring, "\n"),
          ),
        )
        .join(asText(args.wrapstring, "\n")),
  ),
  urlize: filter("Makes links of addresses", ["trim_url_limit"], (value) =>
    escaped(str(value)).replace(
      /\bhttps?:\/\/[^\s<]+/g,
      (url) => `<a href="${url}" rel="noopener">${url}</a>`,
    ),
  ),
  xmlattr: filter("A dict as XML attributes", ["autospace"], (value, { autospace }) => {
    const parts = (toDict(value)?.entries() ?? [])
      .filter(([, item]) => item !== null && !(item instanceof Undefined))
      .map(([key, item]) => `${escaped(str(key))}="${escaped(str(item))}"`);
    return (asFlag(autospace, true) && parts.length > 0 ? " " : "") + parts.join(" ");
  }),
  pprint: filter("The value as Python writes it", [], (value) => repr(value)),
  quote: filter("Quotes a text, or each of a list, for the shell", [], (value) =>
    isList(value)
      ? iterate(value)
          .map((item) => shellQuoted(str(item)))
          .join(" ")
      : shellQuoted(value === null ? "" : str(value)),
  ),
  comment: filter(
    "The text as comment lines of a style",
    [
      "style",
      "newline",
      "beginning",
      "prefix",
      "prefix_count",
      "decoration",
      "postfix",
      "postfix_count",
      "end",
    ],
    (value, args) => comment(str(value), args),
  ),
};

export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("'", "&#39;")
    .replaceAll('"', "&#34;");
}

/** As Jinja: words start after blanks, hyphens and opening brackets. */
function titleWords(text: string): string {
  return text
    .split(/([-\s({[<]+)/u)
    .map(capitalized)
    .join("");
}

function indented(text: string, indent: string, first: boolean, blank: boolean): string {
  const all = `${text}\n`.split("\n").slice(0, -1);
  const rest = all.slice(1).map((line) => (line === "" && !blank ? line : indent + line));
  return [(first ? indent : "") + (all[0] ?? ""), ...rest].join("\n");
}

function truncated(text: string, length: number, killWords: boolean, end: string, leeway: number): string {
  const parts = characters(text);
  if (parts.length <= length + leeway) return text;
  const cut = parts.slice(0, Math.max(0, length - characters(end).length)).join("");
  if (killWords) return cut + end;
  const space = cut.lastIndexOf(" ");
  return (space < 0 ? cut : cut.slice(0, space)) + end;
}

function wrapped(line: string, width: number, breakLong: boolean): string[] {
  const result: string[] = [];
  let current = "";
  for (const word of line.match(/\s+|\S+/g) ?? []) {
    const isBlank = /^\s/.test(word);
    if (current.length + word.length <= width)
      current += isBlank && current === "" && result.length > 0 ? "" : word;
    else {
      if (current.trim() !== "") result.push(current.trimEnd());
      current = isBlank ? "" : word;
      while (breakLong && width > 0 && current.length > width) {
        result.push(current.slice(0, width));
        current = current.slice(width);
      }
    }
  }
  if (current.trim() !== "" || result.length === 0) result.push(current.trimEnd());
  return result;
}

function shellQuoted(text: string): string {
  if (text === "") return "''";
  return /[^\w@%+=:,./-]/.test(text) ? `'${text.replaceAll("'", `'"'"'`)}'` : text;
}

const commentStyles: Readonly<Record<string, { decoration: string; beginning?: string; end?: string }>> = {
  plain: { decoration: "# " },
  erlang: { decoration: "% " },
  c: { decoration: "// " },
  cblock: { beginning: "/*", decoration: " * ", end: " */" },
  xml: { beginning: "<!--", decoration: " - ", end: "-->" },
};

function comment(text: string, args: Readonly<Record<string, Value | undefined>>): string {
  const style = commentStyles[asText(args["style"], "plain")];
  if (!style) throw templateError(`Invalid style '${asText(args["style"])}'.`);
  const newline = asText(args["newline"], "\n");
  const decoration = asText(args["decoration"], style.decoration);
  const edge = (name: string) =>
    (asText(args[name], decoration.trimEnd()) === "" && args[name] !== undefined
      ? ""
      : asText(args[name], decoration)
    ).trimEnd();
  const beginning = asText(args["beginning"], style.beginning ?? "");
  const end = asText(args["end"], style.end ?? "");
  const prefix = Array.from(
    { length: asCount(args["prefix_count"], 1) },
    () => edge("prefix") + newline,
  ).join("");
  const postfix = Array.from(
    { length: asCount(args["postfix_count"], 1) },
    () => newline + edge("postfix"),
  ).join("");
  const body = text
    .split(newline)
    .map((line) => (decoration + line).trimEnd())
    .join(newline);
  return (
    (beginning === "" ? "" : beginning + newline) +
    prefix +
    body +
    postfix +
    (end === "" ? "" : newline + end)
  );
}
