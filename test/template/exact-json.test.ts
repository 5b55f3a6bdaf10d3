import t from "tap";
import { fromExactJson, toExactJson } from "../../src/template/exact-json.ts";
import {
  Dict,
  Float,
  LenientUndefined,
  Tuple,
  Undefined,
  Unsafe,
  type Value,
} from "../../src/template/values.ts";

const values: Readonly<Record<string, Value>> = {
  "a text": "a",
  "a whole number": 12,
  "a number beyond 2^53": 9007199254740993n,
  "a float": new Float(1.5),
  "a float without a fraction": new Float(1),
  "minus nought": new Float(-0),
  infinity: new Float(Number.POSITIVE_INFINITY),
  nothing: null,
  "what is true": true,
  "a list of lists": [["a"], [1, new Float(2)]],
  "a tuple": new Tuple(["a", new Tuple([1])]),
  "a dict": Dict.of({ a: 1, b: Dict.of({ c: [null] }) }),
  "a dict with other keys": Dict.from([
    [1, "one"],
    [true, "yes"],
    [null, "none"],
    [new Tuple([1, 2]), "pair"],
  ]),
  "a dict whose keys look like numbers": Dict.from([
    ["b", 1],
    ["10", 2],
    ["2", 3],
  ]),
  "a dict that looks like a tag": Dict.of({ $float: "1" }),
  "a dict with a key of the prototype": Dict.from([["__proto__", "x"]]),
  "text that is never templated": new Unsafe("{{ x }}"),
  "a name without a value": new Undefined("x", "'x' is undefined"),
  "what an if without else gives": new LenientUndefined("x"),
};

for (const [name, value] of Object.entries(values))
  t.test(`${name} comes back from JSON as it went in`, async (t) => {
    const back = fromExactJson(JSON.parse(JSON.stringify(toExactJson(value))));
    t.strictSame(shape(back), shape(value));
  });

t.test("what JSON has itself stands as it is", async (t) => {
  t.strictSame(toExactJson(Dict.of({ rc: 0, stdout_lines: ["a", "b"], changed: true })), {
    rc: 0,
    stdout_lines: ["a", "b"],
    changed: true,
  });
});

/** Private fields do not compare: a value with its type's name, in plain data. */
function shape(value: Value): unknown {
  if (value instanceof Dict) return { dict: value.entries().map(([key, each]) => [shape(key), shape(each)]) };
  if (value instanceof Float) return { float: Object.is(value.value, -0) ? "-0" : String(value.value) };
  if (value instanceof Tuple) return { tuple: value.items.map(shape) };
  if (value instanceof Unsafe) return { unsafe: value.text };
  if (value instanceof Undefined) return { [value.constructor.name]: [value.name, value.reason] };
  if (typeof value === "bigint") return { int: String(value) };
  return Array.isArray(value) ? value.map(shape) : value;
}
