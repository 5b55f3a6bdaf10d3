/** What a call was given, and how it meets the parameters that a function declares. */

import type { Value } from "../values.ts";
import { templateError } from "./failure.ts";

export interface Arguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

export const noArguments: Arguments = { positional: [], named: new Map() };

export type Bound<Names extends readonly string[]> = { readonly [Name in Names[number]]: Value | undefined };

/** Binds as Python would: too many, unknown or twice given arguments are errors that name the function. */
export function bind<const Names extends readonly string[]>(
  name: string,
  parameters: Names,
  given: Arguments,
): Bound<Names> {
  if (given.positional.length > parameters.length)
    throw templateError(
      `${name}() takes at most ${parameters.length} arguments, ${given.positional.length} were given`,
    );
  const bound: Record<string, Value | undefined> = {};
  given.positional.forEach((value, index) => {
    bound[parameters[index] as string] = value;
  });
  for (const [key, value] of given.named) {
    if (!parameters.includes(key))
      throw templateError(`${name}() got an unexpected keyword argument '${key}'`);
    if (bound[key] !== undefined) throw templateError(`${name}() got multiple values for argument '${key}'`);
    bound[key] = value;
  }
  return bound as Bound<Names>;
}
