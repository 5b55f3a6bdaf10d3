/** Variables, conditions, texts and lookups, as a Templar gives them. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import type { KmendError } from "../../src/problem/problem.ts";
import {
  Dict,
  fromJson,
  Layers,
  lazyDict,
  OMIT,
  repr,
  Templar,
  textSettings,
  Unsafe,
  type Value,
  withoutOmitted,
} from "../../src/template/template.ts";

const vars = (json: object) => fromJson(json) as Dict;
const templar = (json: object, options = {}) =>
  new Templar(new Layers([{ vars: vars(json), lazy: true }]), options);
const place = { file: "play.yml", line: 3, column: 9 };

t.test("the highest layer that has a name gives its value", async (t) => {
  const layers = new Layers([
    { vars: vars({ a: 1, b: 1 }), lazy: true },
    { vars: vars({ b: null }), lazy: true },
  ]);
  t.same([layers.get("a"), layers.get("b"), layers.get("c")], [1, null, undefined]);
  t.equal(layers.with({ vars: vars({ a: 3 }), lazy: false }).get("a"), 3);
  t.same(layers.names(), ["a", "b"]);
});

t.test("lazy layers are rendered, data never is", async (t) => {
  const scope = new Layers([
    { vars: vars({ lazy: "{{ x }}", deep: { list: ["{{ x }}"] }, x: 5 }), lazy: true },
    { vars: vars({ said: "{{ x }}", result: { stdout: "{{ x }}" } }), lazy: false },
  ]);
  const render = (text: Value) => repr(new Templar(scope).render(text));
  t.equal(render("{{ lazy }}"), "'5'");
  t.equal(render("{{ deep.list[0] + 1 }}"), "'6'");
  t.equal(render("{{ said }} {{ result.stdout }}"), "'{{ x }} {{ x }}'");
  t.equal(render(new Unsafe("{{ x }}")), "'{{ x }}'");
});

t.test("a computed layer is asked only for what is used", async (t) => {
  const asked: string[] = [];
  const hosts = lazyDict({
    get: (name) => {
      asked.push(name);
      return Dict.of({ ip: `10.0.0.${name.slice(-1)}` });
    },
    has: () => true,
    names: () => ["web1", "web2"],
  });
  const scope = new Layers([{ vars: Dict.of({ hostvars: hosts }), lazy: false }]);
  t.equal(new Templar(scope).render("{{ hostvars['web2'].ip }} {{ hostvars | length }}"), "10.0.0.2 2");
  t.same(asked, ["web2"]);
  t.equal(
    new Templar(scope).render("{% for h in hostvars %}{{ h }}={{ hostvars[h].ip }};{% endfor %}"),
    "web1=10.0.0.1;web2=10.0.0.2;",
  );
  t.equal(repr(new Templar(scope).render("{{ hostvars.keys() | list }}")), "['web1', 'web2']");
});

t.test("a variable that needs itself is an error that names it", async (t) => {
  t.throws(() => templar({ a: "{{ b }}", b: "{{ a }}" }).render("{{ a }}", { place }), {
    code: "template-error",
    message: /'a' refers to itself \(a -> b -> a\)/,
  });
});

t.test("an undefined name is told with its place and the name that was meant", async (t) => {
  try {
    templar({ kubelet: 1 }).render("x {{ kubelt }}", { place });
    t.fail("it was rendered");
  } catch (error) {
    t.match((error as KmendError).problems[0], {
      code: "undefined-variable",
      message: "'kubelt' is undefined",
      place,
      hint: /kubelet/,
    });
  }
});

t.test("a variable whose value needs an undefined one is undefined itself", async (t) => {
  const it = templar({ a: "{{ nope }}", d: { x: 1, y: "{{ nope }}" } });
  t.equal(it.render("{{ a | default('D') }} {{ d.x | default('E') }} {{ a is defined }}"), "D E False");
  t.throws(() => it.render("{{ a }}"), { message: /'nope' is undefined.*'a' needs it/ });
});

t.test("omit passes through and can be dropped", async (t) => {
  const options = templar({}).render(
    vars({ path: "/x", mode: "{{ nope | default(omit) }}", list: ["{{ omit }}", 1] }),
  ) as Dict;
  t.equal(options.get("mode"), OMIT);
  const inside = templar({}).render("{{ {'a': omit, 'b': 1} }}");
  t.equal(repr(withoutOmitted(inside)), "{'b': 1}", "inside a template's own dict too");
  t.equal(repr(withoutOmitted(options)), "{'path': '/x', 'list': [1]}");
});

const conditions: readonly (readonly [condition: Value, holds: boolean])[] = [
  ["x == 5", true],
  ["x", true],
  ["", true],
  [true, true],
  [false, false],
  [0, false],
  ["text_false", true],
  ["cond", true],
  ["none_value", false],
  ["empty", false],
  ["{{ x }} == 5", true],
  ["{{ cond }}", true],
  [["x == 5", "x > 9"], false],
  ["'ab12' is search('\\d')", true],
  ["'ab12' is search('\\\\d')", true],
  ["'a\\tb' | length == 3", true],
  ["nope is defined and nope", false],
  ["'hello'", true],
  ["'x == 6'", true],
];
for (const [condition, holds] of conditions)
  t.test(`the condition ${JSON.stringify(condition)} ${holds ? "holds" : "does not hold"}`, async (t) =>
    t.equal(
      templar({ x: 5, text_false: "False", cond: "x == 5", none_value: null, empty: "" }).test(condition),
      holds,
    ),
  );

t.test("a condition that is undefined or malformed is an error", async (t) => {
  t.throws(() => templar({}).test("nope"), { code: "undefined-variable" });
  t.throws(() => templar({}).test("x ="), { code: "template-error" });
});

t.test("a template's own changes do not reach its variables", async (t) => {
  const it = templar({ l: [1], d: { a: [1] } });
  t.equal(
    it.render("{% set _ = l.append(2) %}{% set _ = d.a.append(3) %}{{ l }}{{ d }}"),
    "[1, 2]{'a': [1, 3]}",
  );
  t.equal(it.render("{{ l }} {{ d }}"), "[1] {'a': [1]}");
});

t.test("template files: escapes, newlines, settings and the header line", async (t) => {
  const it = templar({ x: 5, on: true });
  t.equal(it.text("{{ 'a\\tb' }}\n"), "a\tb\n");
  t.equal(it.text("{% if on %}\nyes\n{% endif %}\n\n"), "yes\n\n");
  t.equal(it.text("  {% if on %}\nyes\n  {% endif %}\n", { settings: { lstripBlocks: true } }), "yes\n");
  t.equal(
    it.text("#jinja2: trim_blocks: False, lstrip_blocks: True\n  {% if on %}\nyes\n{% endif %}\n"),
    "\nyes\n",
  );
  t.equal(
    it.text("[% if on %][[ x ]]{{ x }}[% endif %]", {
      settings: textSettings({
        block_start_string: "[%",
        block_end_string: "%]",
        variable_start_string: "[[",
        variable_end_string: "]]",
      }),
    }),
    "5{{ x }}",
  );
  t.equal(it.text("a{% raw %}\n{{ x }}\n{% endraw %}\nb\n"), "a\n{{ x }}\nb\n");
  t.equal(it.text("{{ [1, {'a': none}] }} {{ true }}"), "[1, {'a': None}] True");
});

t.test("an error in a template file says where in it", async (t) => {
  const it = templar({ x: 5 });
  const where = (source: string) => {
    try {
      return it.text(source, { file: "a.j2" });
    } catch (error) {
      const found = (error as KmendError).problems[0]?.place;
      return `${found?.file}:${found?.line}:${found?.column}`;
    }
  };
  t.equal(where("a\nb {{ nope }}\n"), "a.j2:2:3");
  t.equal(where("a\n{% for y in x %}{% endfor %}"), "a.j2:2:1");
  t.equal(where("a\n  {{ x + 'b' }}"), "a.j2:2:8");
  t.equal(where("a\n{% if x %}\n"), "a.j2:2:1");
  t.equal(where("{{ x | uper }}"), "a.j2:1:8");
});

t.test("files, templates, includes and imports are found along the search paths", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "kmend-template-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "f.txt"), "content\n\n");
  writeFileSync(join(folder, "t.j2"), "x is {{ x }}\n");
  writeFileSync(
    join(folder, "m.j2"),
    "{% macro hi(n) %}hi {{ n }} {{ x | default('unseen') }}{% endmacro %}{% set v = 7 %}",
  );
  const it = templar(
    { x: 5, folder },
    { searchPaths: [folder], lookups: { environment: { HOME: "/home/me" } } },
  );
  t.equal(it.render("{{ lookup('file', 'f.txt') }}"), "content");
  t.equal(it.render("{{ lookup('template', 't.j2') }}"), "x is 5\n");
  t.equal(it.render("{% include 't.j2' %}|{% include 'no.j2' ignore missing %}"), "x is 5|");
  t.equal(it.render("{% import 'm.j2' as m %}{{ m.hi('a') }} {{ m.v }}"), "hi a unseen 7");
  t.equal(it.render("{% from 'm.j2' import hi as h with context %}{{ h('b') }}"), "hi b 5");
  t.equal(it.render("{{ lookup('first_found', ['no', 'f.txt']) }}"), join(folder, "f.txt"));
  t.equal(repr(it.render("{{ query('fileglob', folder + '/*.txt') }}")), repr([join(folder, "f.txt")]));
  t.equal(it.render("{{ lookup('env', 'HOME') }} {{ '~/x' | expanduser }}"), "/home/me /home/me/x");
  t.throws(() => it.render("{{ lookup('file', 'no') }}"), { message: /could not locate file/ });
  t.equal(it.render("{{ lookup('file', 'no', errors='ignore') }}"), "");
});

t.test("clock and chance are the caller's", async (t) => {
  const it = templar({}, { lookups: { now: () => new Date(Date.UTC(2024, 0, 15, 12)), random: () => 0.5 } });
  t.equal(
    it.render("{{ now(utc=true, fmt='%Y-%m-%d %H:%M') }} {{ 10 | random }} {{ [1, 2, 3] | random }}"),
    "2024-01-15 12:00 5 2",
  );
});

t.test("line breaks behind a lone boolean do not make a text of it", async (t) => {
  t.strictSame(
    ["{{ 1 == 1 }}\n", "{{ 'False' }}\n", "{{ 5 }}\n", "{{ 1 == 1 }} \n"].map((text) =>
      templar({}).render(text),
    ),
    [true, false, "5\n", "True \n"],
  );
});

t.test("what is refused is refused by name", async (t) => {
  for (const [template, message] of [
    ["{{ 'x' | password_hash('sha512') }}", /'password_hash' is not supported/],
    ["{{ 'x' | vault('y') }}", /another text each time/],
    ["{{ lookup('pipe', 'ls') }}", /'pipe' is not supported/],
    ["{{ 'x' | uper }}", /no filter of that name[\s\S]*Did you mean 'upper'/],
    ["{% extends 'x' %}", /not supported/],
    ["{% do x %}", /unknown tag 'do'/],
  ] as const)
    t.throws(() => templar({}).render(template), { code: "template-error", message }, template);
});
