/** YAML is read and written as PyYAML does it, and each node knows its place. */

import { readFileSync } from "node:fs";
import t from "tap";
import type { KmendError } from "../../src/problem/problem.ts";
import {
  type Dict,
  fromJsonText,
  Layers,
  readVariables,
  readYaml,
  readYamlAll,
  repr,
  Templar,
  toValue,
  typeName,
  Unsafe,
  type Value,
  type YamlMap,
  type YamlNode,
  type YamlSeq,
} from "../../src/template/template.ts";
import { newVault } from "../../src/vault/vault.ts";
import { sealed, sealedValue } from "../vault/seal.ts";

const data = (name: string) => fromJsonText(readFileSync(new URL(`data/${name}`, import.meta.url), "utf8"));
const read = (source: string): Value => {
  const { root } = readYaml(source, "f.yml");
  return root ? toValue(root) : null;
};

t.test("unquoted scalars have PyYAML's types", async (t) => {
  for (const [text, answer] of (data("plain-scalars.json") as Dict).entries()) {
    const [value = null] = read(`- ${text}`) as readonly Value[];
    t.same([typeName(value), repr(value)], answer, `${text}`);
  }
  t.equal(
    read("d: 2024-01-15\n") && repr(read("d: 2024-01-15\n")),
    "{'d': '2024-01-15'}",
    "a date stays text",
  );
});

t.test("written YAML is PyYAML's to the letter", async (t) => {
  for (const each of data("yaml-written.json") as readonly Dict[]) {
    const scope = new Layers([{ vars: each, lazy: false }]);
    for (const filter of ["to_nice_yaml", "to_yaml"])
      t.equal(new Templar(scope).render(`{{ value | ${filter} }}`), each.get(filter) as string);
  }
});

const values: readonly (readonly [fact: string, source: string, value: string])[] = [
  [
    "merge keys lose to the mapping's own",
    "a: &x {p: 1, q: 2}\nb:\n  q: 3\n  <<: *x\n",
    "{'a': {'p': 1, 'q': 2}, 'b': {'p': 1, 'q': 3}}",
  ],
  [
    "of merged mappings the first wins",
    "a: &x {p: 1}\nb:\n  <<: [*x, {p: 9, r: 4}]\n",
    "{'a': {'p': 1}, 'b': {'p': 1, 'r': 4}}",
  ],
  ["a quoted << is a key", "'<<': {a: 1}\n", "{'<<': {'a': 1}}"],
  ["keys keep their types", "2: a\nyes: b\n1.5: c\n~: d\n", "{2: 'a', True: 'b', 1.5: 'c', None: 'd'}"],
  ["the last of duplicate keys counts", "a: 1\nb: 2\na: 3\n", "{'a': 3, 'b': 2}"],
  [
    "tags are applied",
    "a: !!str 5\nb: !!int '7'\nc: !!float 1\nd: !!binary aGk=\n",
    "{'a': '5', 'b': 7, 'c': 1.0, 'd': 'hi'}",
  ],
  [
    "block scalars fold and chomp",
    "a: >\n  x\n  y\n\n  z\nb: |-\n  k\nc: |+\n  l\n\n",
    "{'a': 'x y\\nz\\n', 'b': 'k', 'c': 'l\\n\\n'}",
  ],
  ["a byte order mark is no text", "\ufeffa: 1\n", "{'a': 1}"],
  ["an empty document has no value", "# only a comment\n", "None"],
];
for (const [fact, source, value] of values) t.test(fact, async (t) => t.equal(repr(read(source)), value));

t.test("!unsafe reaches into lists and dicts", async (t) => {
  const value = read("a: !unsafe ['{{ x }}', {b: '{{ y }}'}]\n") as Dict;
  const [first, second] = value.get("a") as readonly Value[];
  t.ok(first instanceof Unsafe);
  t.ok((second as Dict).get("b") instanceof Unsafe);
});

t.test("nodes know their places", async (t) => {
  const source = '- name: x\n  vars:\n    a: "q"\n    b: |\n      text\n    c:\n- [1, {k: v}]\n';
  const root = readYaml(source, "f.yml").root as YamlSeq;
  const task = root.items[0] as YamlMap;
  const vars = task.entries[1]?.value as YamlMap;
  const places = vars.entries.map(({ key, value }) => [
    key.place.line,
    key.place.column,
    value.place.line,
    value.place.column,
  ]);
  t.same(task.place, { file: "f.yml", line: 1, column: 3 });
  t.same(places.slice(0, 2), [
    [3, 5, 3, 8],
    [4, 5, 5, 1],
  ]);
  t.same(
    (root.items[1] as YamlSeq).items.map(({ place }) => [place.line, place.column]),
    [
      [7, 4],
      [7, 7],
    ],
  );
});

t.test("a duplicate key is a warning at its place", async (t) => {
  const [warning] = readYaml("a: 1\nb: 2\na: 3\n", "f.yml").warnings;
  t.match(warning, { code: "duplicate-key", severity: "warning", place: { line: 3, column: 1 } });
});

t.test("many documents are read together, or refused where one is wanted", async (t) => {
  t.same(
    readYamlAll("---\na: 1\n---\nb\n", "f.yml").map(({ root }) => root && repr(toValue(root))),
    ["{'a': 1}", "'b'"],
  );
  t.throws(() => readYaml("---\na: 1\n---\nb\n", "f.yml"), { code: "yaml-syntax" });
});

const problems: readonly (readonly [source: string, line: number, column: number, hint: RegExp])[] = [
  ["k: {{ x }}\n", 1, 5, /quote the whole value/],
  ["msg: {{ a }} and {{ b }}\n", 1, 14, /starts with \{\{ must be quoted/],
  ["- a: b: c\n", 1, 7, /colon and a space must be quoted/],
  ["a:\n\t- b\n", 2, 1, /no tabs/],
  ["a: [1,\n", 2, 1, /not closed/],
  ["a: @x\n", 1, 4, /must be quoted/],
  ['x: "{{ a }}" b\n', 1, 14, /after the closing quote/],
  ["- name: x\n   foo: y\n", 2, 7, /same column/],
  ["a: *nope\n", 1, 5, /^$/],
  ["a: &b [*b]\n", 1, 9, /^$/],
  ["a: !foo 1\n", 1, 9, /^$/],
];
for (const [source, line, column, hint] of problems)
  t.test(`a malformed source is told at its place: ${JSON.stringify(source)}`, async (t) => {
    try {
      read(source);
      t.fail("it was read");
    } catch (error) {
      const [problem] = (error as KmendError).problems;
      t.match(problem, { code: "yaml-syntax", place: { file: "f.yml", line, column } });
      t.match(problem?.hint ?? "", hint);
      t.equal((error as KmendError).exitCode, 4);
    }
  });

t.test(
  "an encrypted value is opened when it is asked for, and its place is told where it does not open",
  async (t) => {
    const source = `a: 1\nb: ${sealedValue("{{ secret }}", "right")}c: 2\n`;
    const hidden: string[] = [];
    const vault = newVault([{ label: "default", password: "right" }], { hide: (text) => hidden.push(text) });
    const open = toValue(readYaml(source, "f.yml", vault).root as YamlNode) as Dict;
    t.strictSame(hidden, [], "nobody asked yet");
    t.equal((open.get("b") as Unsafe).text, "{{ secret }}");
    t.strictSame(hidden, ["{{ secret }}"]);
    const closed = toValue(readYaml(source, "f.yml").root as YamlNode) as Dict;
    t.equal(closed.get("c"), 2, "what is not encrypted can be had without a password");
    t.throws(() => (closed.get("b") as Unsafe).text, {
      code: "vault-no-password",
      exitCode: 4,
      problems: [{ place: { file: "f.yml", line: 2, column: 4 } }],
    });
  },
);

t.test("of an encrypted file that is no YAML no line is quoted", async (t) => {
  const vault = newVault([{ label: "default", password: "right" }]);
  for (const text of ["a: {{ hunter2 }}\n", "a: !!int hunter2\n", "a: *hunter2\n"])
    t.throws(() => readYaml(sealed(text, "right"), "f.yml", vault), {
      code: "yaml-syntax",
      message:
        /^f\.yml:1:\d+: Cannot read YAML: what the encrypted file hides is no YAML here\n {2}Look at it/,
    });
});

t.test("every value of an encrypted file of variables is hidden, its names are not", async (t) => {
  const hidden: string[] = [];
  const vault = newVault([{ label: "default", password: "right" }], { hide: (text) => hidden.push(text) });
  const text = "user: somebody\nlist: [one secret, {deep: another}]\nport: 80\npin: 1234567\n";
  readVariables(sealed(text, "right"), "f.yml", vault);
  t.strictSame(hidden, ["somebody", "one secret", "another", "1234567"]);
  readVariables(text, "f.yml", vault);
  t.equal(hidden.length, 4, "a file that everybody may read hides nothing");
});
