/** Every recorded answer of ansible-core, in both modes. */

import { readFileSync } from "node:fs";
import t from "tap";
import {
  Dict,
  Float,
  fromJson,
  Layers,
  repr,
  Templar,
  typeName,
  Undefined,
  type Value,
} from "../../src/template/template.ts";
import { fromJsonText } from "../../src/template/template.ts";

interface Answer {
  readonly type: string;
  readonly repr: string;
}
interface Case {
  readonly template: string;
  readonly default?: Answer;
  readonly native?: Answer;
  readonly error?: string;
  readonly native_error?: string;
}

const recorded = fromJsonText(readFileSync(new URL("data/jinja-cases.json", import.meta.url), "utf8")) as Dict;
const groups = recorded.get("groups") as readonly Dict[];

for (const native of [false, true]) {
  t.test(native ? "jinja2_native on" : "jinja2_native off", async (t) => {
    for (const group of groups) {
      const scope = new Layers([{ vars: group.get("variables") as Dict, lazy: true }]);
      for (const each of group.get("cases") as readonly Dict[]) check(t, scope, each, native);
    }
  });
}

function check(t: Tap, scope: Layers, each: Dict, native: boolean): void {
  const template = each.get("template") as string;
  const templar = new Templar(scope, { native });
  const error = each.get(native ? "native_error" : "error") as string | undefined;
  if (error !== undefined) {
    t.throws(() => templar.render(template), { message: new RegExp(literally(withoutPrefix(error))) }, template);
    return;
  }
  const wanted = each.get(native ? "native" : "default") as Dict;
  const value = rendered(templar, template);
  t.same([nameOf(value), value instanceof Undefined ? "Undefined" : repr(value)], [wanted.get("type"), wanted.get("repr")], template);
}

type Tap = Parameters<Parameters<typeof t.test>[1] & ((t: never) => unknown)>[0];

function rendered(templar: Templar, template: string): Value {
  return templar.render(template);
}

function nameOf(value: Value): string {
  if (value instanceof Undefined) return "Undefined";
  return value === null ? "None" : typeName(value);
}

function withoutPrefix(error: string): string {
  return error.replace("template error while templating string: ", "");
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

void Float;
void fromJson;
