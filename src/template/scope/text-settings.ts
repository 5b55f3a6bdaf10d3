/** How a template file is to be read: the `template` module's options, and the file's own first line. */

import type { Syntax } from "../jinja/syntax.ts";

/** The `template` module's options, under the engine's names. */
export type TextSettings = Partial<
  Pick<
    Syntax,
    | "blockStart"
    | "blockEnd"
    | "variableStart"
    | "variableEnd"
    | "commentStart"
    | "commentEnd"
    | "trimBlocks"
    | "lstripBlocks"
    | "newlineSequence"
  >
>;

const names: Readonly<Record<string, keyof TextSettings>> = {
  block_start_string: "blockStart",
  block_end_string: "blockEnd",
  variable_start_string: "variableStart",
  variable_end_string: "variableEnd",
  comment_start_string: "commentStart",
  comment_end_string: "commentEnd",
  trim_blocks: "trimBlocks",
  lstrip_blocks: "lstripBlocks",
  newline_sequence: "newlineSequence",
};

/** The `template` module's options as Ansible names them, as settings; others are left out. */
export function textSettings(options: Readonly<Record<string, string | boolean>>): TextSettings {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) => (names[name] ? [[names[name], value]] : [])),
  );
}

/** A file may begin with `#jinja2: lstrip_blocks: True, trim_blocks: False`. */
export function headerSyntax(
  source: string,
  syntax: Syntax,
): { readonly syntax: Syntax; readonly body: string } {
  const header = /^#jinja2:(.*)(?:\n|$)/.exec(source);
  const end = (text: string) => (text.endsWith("\n") ? text.slice(0, -1) : text);
  if (!header) return { syntax, body: end(source) };
  const options: Record<string, string | boolean> = {};
  for (const part of (header[1] ?? "").split(",")) {
    const [, name, value = ""] = /^\s*(\w+)\s*:\s*(.*?)\s*$/.exec(part) ?? [];
    if (name)
      options[name] = /^(true|false)$/i.test(value)
        ? /^true$/i.test(value)
        : value.replace(/^(['"])(.*)\1$/, "$2");
  }
  return { syntax: { ...syntax, ...textSettings(options) }, body: end(source.slice(header[0].length)) };
}
