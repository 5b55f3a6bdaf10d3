import { Dict, str } from "../template/template.ts";
import { chain, type Frame } from "./frame.ts";
import { located } from "./located.ts";
import type { View } from "./variables.ts";

/** `environment:` of every level, the innermost winning. */
export function environmentOf(frame: Frame, view: View): Record<string, string> | undefined {
  const env: Record<string, string> = {};
  for (const { shared } of chain(frame))
    for (const each of shared.environment ?? []) {
      const value = located(each, view);
      for (const dict of Array.isArray(value) ? value : [value])
        if (dict instanceof Dict) for (const [key, item] of dict.entries()) env[str(key)] = str(item);
    }
  return Object.keys(env).length > 0 ? env : undefined;
}
