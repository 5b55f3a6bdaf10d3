import type { Mask } from "../mask/mask.ts";
import { Dict, str } from "../template/template.ts";
import { chain, type Frame } from "./frame.ts";
import { knowVariables } from "./known-secrets.ts";
import { located } from "./located.ts";
import type { View } from "./variables.ts";

/** `environment:` of every level, the innermost winning. */
export function environmentOf(frame: Frame, view: View, mask: Mask): Record<string, string> | undefined {
  const env: Record<string, string> = {};
  for (const { shared } of chain(frame))
    for (const each of shared.environment ?? []) {
      const value = located(each, view);
      for (const dict of Array.isArray(value) ? value : [value])
        if (dict instanceof Dict) {
          knowVariables(mask, dict);
          for (const [key, item] of dict.entries()) env[str(key)] = str(item);
        }
    }
  return Object.keys(env).length > 0 ? env : undefined;
}
