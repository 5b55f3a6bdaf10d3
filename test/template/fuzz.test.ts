/** Whatever a template holds, it is rendered or refused: nothing but a KmendError, and soon. */

import t from "tap";
import { KmendError } from "../../src/problem/problem.ts";
import type { Dict } from "../../src/template/template.ts";
import { filters, fromJson, Layers, readYaml, Templar, tests, toValue } from "../../src/template/template.ts";

const variables = fromJson({
  a: "text",
  n: 5,
  l: [3, 1, 2],
  d: { k: { v: [1, null] } },
  s: "{{ a }}",
  loop1: "{{ loop2 }}",
  loop2: "{{ loop1 }}",
  none: null,
  f: 2.5,
}) as Dict;
const words = [
  "{{",
  "}}",
  "{%",
  "%}",
  "{#",
  "#}",
  "-",
  "+",
  "(",
  ")",
  "[",
  "]",
  "{",
  "}",
  ",",
  ".",
  ":",
  "|",
  "~",
  "==",
  "<",
  "//",
  "**",
  "%",
  "=",
  "'x'",
  '"',
  "'",
  "\\",
  "1",
  "2.5",
  "0x",
  "1e999",
  "if",
  "else",
  "endif",
  "for",
  "in",
  "endfor",
  "set",
  "macro",
  "endmacro",
  "is",
  "not",
  "and",
  "or",
  "raw",
  "endraw",
  "loop",
  "a",
  "n",
  "l",
  "d",
  "nope",
  "s",
  "loop1",
  "none",
  "default",
  "map",
  "join",
  "defined",
  "range",
  "\n",
  " ",
  "\u{1f600}",
  "\0",
  "lookup",
  "namespace",
  "call",
  "caller",
  "include",
  "import",
  "recursive",
];

/** The same stream of numbers in every run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const random = chance(7);
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
const some = (count: number, make: () => string) =>
  Array.from({ length: 1 + Math.floor(random() * count) }, make).join(pick(["", " "]));
const operand = (): string =>
  pick([
    "a",
    "n",
    "l",
    "d",
    "d.k.v",
    "nope",
    "none",
    "f",
    "'b'",
    "-3",
    "[n, a]",
    "{'x': l}",
    "(1, a)",
    "s",
    "true",
  ]);
const shapes: readonly (() => string)[] = [
  () => some(12, () => pick(words)),
  () => `{{ ${some(8, () => pick(words))} }}`,
  () => `{{ ${operand()} | ${pick(Object.keys(filters))}(${some(2, operand).replaceAll(" ", ", ")}) }}`,
  () => `{{ ${operand()} | ${pick(Object.keys(filters))} }}`,
  () => `{{ ${operand()} is ${pick(Object.keys(tests))}(${operand()}) }}`,
  () =>
    `{{ ${operand()} ${pick(["+", "-", "*", "/", "//", "%", "**", "~", "<", "==", "in"])} ${operand()} }}`,
  () =>
    `{{ ${operand()}.${pick(["split", "format", "items", "get", "x", "append", "pop", "join"])}(${operand()}) }}`,
  () =>
    `{% for x in ${operand()} %}{{ x }}{{ loop.${pick(["index", "cycle(a)", "changed(x)", "previtem", "nope"])} }}{% endfor %}`,
];

/** Nothing here may touch the controller's files. */
const isHarmless = (template: string) => !/fileglob|realpath/.test(template);

t.test("random templates are rendered or refused", async (t) => {
  const started = performance.now();
  for (let at = 0; at < 5_000; at++) {
    const template = pick(shapes)();
    if (!isHarmless(template)) continue;
    const templar = new Templar(new Layers([{ vars: variables, lazy: true }]), { native: at % 2 === 0 });
    try {
      if (at % 3 === 0) templar.test(template);
      else if (at % 3 === 1) templar.text(template, { file: "f.j2" });
      else templar.render(template);
    } catch (error) {
      if (!(error instanceof KmendError)) t.fail(`${JSON.stringify(template)}: ${(error as Error).stack}`);
    }
  }
  t.ok(performance.now() - started < 60_000, "within bounded time");
});

t.test("random YAML is read or refused", async (t) => {
  const pieces = [
    "a",
    ":",
    " ",
    "\n",
    "  ",
    "-",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&x",
    "*x",
    "!unsafe",
    "!!int",
    "'",
    '"',
    "|",
    ">",
    "#",
    "?",
    "<<",
    "1",
    "yes",
    "\t",
    "---",
    "{{ x }}",
    "~",
  ];
  for (let at = 0; at < 5_000; at++) {
    const source = Array.from({ length: 1 + Math.floor(random() * 14) }, () => pick(pieces)).join("");
    try {
      const { root } = readYaml(source, "f.yml");
      if (root) toValue(root);
    } catch (error) {
      if (!(error instanceof KmendError)) t.fail(`${JSON.stringify(source)}: ${(error as Error).stack}`);
    }
  }
  t.pass();
});

const monsters: readonly (readonly [name: string, template: string])[] = [
  ["deep parentheses", `{{ ${"(".repeat(5000)}1${")".repeat(5000)} }}`],
  ["deep lists", `{{ ${"[".repeat(5000)}${"]".repeat(5000)} }}`],
  ["many signs", `{{ ${"-".repeat(5000)}1 }}`],
  ["many nots", `{{ ${"not ".repeat(5000)}1 }}`],
  ["a long sum", `{{ ${"1+".repeat(20_000)}1 }}`],
  ["many filters", `{{ 1 ${"| string ".repeat(20_000)} }}`],
  ["deep blocks", `${"{% if 1 %}".repeat(5000)}${"{% endif %}".repeat(5000)}`],
  ["an endless macro", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"],
  ["a huge repetition", "{{ 'x' * 10 ** 12 }}"],
  ["a huge power", "{{ 9 ** 9 ** 9 }}"],
  ["a huge range", "{{ range(10 ** 12) | list }}"],
  ["a huge product", "{{ range(1000) | product(range(1000), range(1000)) | list }}"],
  ["many open braces", "{{".repeat(20_000)],
  ["many quotes", `{{ ${"'".repeat(20_001)} }}`],
  ["many blanks", `{{ a }}${" ".repeat(100_000)}{% if a -%}${" ".repeat(100_000)}{%- endif %}`],
  ["a text of brackets", `{{ '${"[".repeat(20_000)}' }}`],
];
for (const [name, template] of monsters)
  t.test(`${name} end in bounded time`, async (t) => {
    const started = performance.now();
    try {
      new Templar(new Layers([{ vars: variables, lazy: true }])).render(template);
    } catch (error) {
      t.ok(error instanceof KmendError, (error as Error).stack ?? "");
    }
    t.ok(performance.now() - started < 10_000);
  });
