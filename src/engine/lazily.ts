import type { Source, Value } from "../template/template.ts";

/** Variables from one function a name; each is called when someone asks, and once at most. */
export function lazily(entries: Readonly<Record<string, () => Value>>): Source {
  const known = new Map<string, Value>();
  return {
    names: () => Object.keys(entries),
    has: (name) => Object.hasOwn(entries, name),
    get(name) {
      const make = Object.hasOwn(entries, name) ? entries[name] : undefined;
      if (!make) return undefined;
      const value = known.has(name) ? (known.get(name) as Value) : make();
      known.set(name, value);
      return value;
    },
  };
}
