/** The variables that a template sees. */

import type { Source } from "../python/mapping.ts";
import { Dict, type Value } from "../values.ts";

/** Must not change while a Templar reads it: rendered variables are kept. */
export interface Scope extends Source {
  /** Whether the name's value may hold templates; absent: it may. */
  isLazy?(name: string): boolean;
}

/** One source of variables. */
export interface Layer {
  readonly vars: Dict | Source;
  /** Whether its values are templates, rendered where they are used. What hosts said and what was registered is data, and never is. */
  readonly lazy: boolean;
}

/** Layers of variables, one above the other: the last that has a name gives its value. Making one copies nothing. */
export class Layers implements Scope {
  readonly #layers: readonly Layer[];

  /** From the lowest precedence to the highest. */
  constructor(layers: readonly Layer[]) {
    this.#layers = layers;
  }

  /** These layers below one more. */
  with(...above: readonly Layer[]): Layers {
    return new Layers([...this.#layers, ...above]);
  }

  get(name: string): Value | undefined {
    return this.#layer(name)?.vars.get(name);
  }

  has(name: string): boolean {
    return this.#layer(name) !== undefined;
  }

  isLazy(name: string): boolean {
    return this.#layer(name)?.lazy ?? false;
  }

  names(): string[] {
    const names = new Set<string>();
    for (const { vars } of this.#layers) {
      const keys = vars instanceof Dict ? vars.keys() : vars.names();
      for (const key of keys) if (typeof key === "string") names.add(key);
    }
    return [...names];
  }

  #layer(name: string): Layer | undefined {
    for (let at = this.#layers.length - 1; at >= 0; at--) {
      const layer = this.#layers[at] as Layer;
      if (layer.vars.has(name)) return layer;
    }
    return undefined;
  }
}
