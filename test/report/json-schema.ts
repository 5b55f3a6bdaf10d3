/**
 * What a value has wrong by a JSON schema, for the keywords that ours use; another keyword throws, so that a schema never
 * says what nobody checks. Stricter than the standard: a property that the schema does not describe is wrong too.
 */

export type Schema = Readonly<Record<string, unknown>>;

export function wrongBy(root: Schema, value: unknown): readonly string[] {
  return wrong({ root, schema: root, place: "$" }, value);
}

interface At {
  readonly root: Schema;
  readonly schema: Schema;
  readonly place: string;
}

type Keyword = (at: At, given: never, value: unknown) => readonly string[];

const says = (isWrong: boolean, { place }: At, what: string): readonly string[] =>
  isWrong ? [`${place}: ${what}`] : [];

const keywords: Readonly<Record<string, Keyword>> = {
  $schema: () => [],
  $defs: () => [],
  title: () => [],
  description: () => [],
  $ref: (at, given: string, value) => wrong({ ...at, schema: defined(at.root, given) }, value),
  const: (at, given, value) => says(given !== value, at, `wanted ${given}`),
  enum: (at, given: readonly unknown[], value) =>
    says(!given.includes(value), at, `${JSON.stringify(value)} is none of ${given.join(", ")}`),
  type: (at, given: string | readonly string[], value) =>
    says(![given].flat().some((type) => isOfType(type, value)), at, `wanted ${given}`),
  minimum: (at, given: number, value) =>
    says(typeof value === "number" && value < given, at, `below ${given}`),
  pattern: (at, given: string, value) =>
    says(typeof value === "string" && !new RegExp(given, "u").test(value), at, `"${value}" is not ${given}`),
  oneOf: (at, given: readonly Schema[], value) => {
    const tries = given.map((schema) => wrong({ ...at, schema }, value));
    const fitting = tries.filter((each) => each.length === 0).length;
    return fitting === 1 ? [] : [`${at.place}: fits ${fitting} of ${given.length}`, ...tries.flat()];
  },
  items: (at, schema: Schema, value) =>
    Array.isArray(value)
      ? value.flatMap((each, index) => wrong({ ...at, schema, place: `${at.place}[${index}]` }, each))
      : [],
  required: (at, given: readonly string[], value) =>
    isObject(value)
      ? given.flatMap((key) => says(!Object.hasOwn(value, key), at, `"${key}" is missing`))
      : [],
  additionalProperties: (at, schema: Schema, value) => {
    const known = Object.keys((at.schema["properties"] ?? {}) as object);
    return isObject(value)
      ? Object.entries(value).flatMap(([key, each]) =>
          known.includes(key) ? [] : wrong({ ...at, schema, place: `${at.place}.${key}` }, each),
        )
      : [];
  },
  properties: (at, given: Readonly<Record<string, Schema>>, value) =>
    isObject(value)
      ? Object.entries(value).flatMap(([key, each]) => {
          const schema = given[key];
          const place = `${at.place}.${key}`;
          return schema ? wrong({ ...at, schema, place }, each) : [`${place}: nothing describes it`];
        })
      : [],
};

function wrong(at: At, value: unknown): readonly string[] {
  return Object.entries(at.schema).flatMap(([name, given]) => {
    const keyword = keywords[name];
    if (!keyword) throw new Error(`${at.place}: the schema's keyword ${name} is not checked here`);
    return keyword(at, given as never, value);
  });
}

function defined(root: Schema, reference: string): Schema {
  const name = /^#\/\$defs\/(\w+)$/.exec(reference)?.[1] ?? "";
  const found = (root["$defs"] as Readonly<Record<string, Schema>>)[name];
  if (!found) throw new Error(`The schema refers to ${reference}, which is not there`);
  return found;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isOfType(type: string, value: unknown): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  return type === "object" ? isObject(value) : typeof value === type;
}
