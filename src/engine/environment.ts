import type { Mask } from "../mask/mask.ts";
import { join, raw, type Script, sh } from "../script/script.ts";
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

/** What of it may be written down: the variables that hold no secret. A way back goes by these. */
export function tellableEnvironment(
  env: Readonly<Record<string, string>> | undefined,
  mask: Mask,
): Readonly<Record<string, string>> | undefined {
  if (!env) return undefined;
  const masked = mask.json(env);
  const told = Object.entries(env).filter(([name, value]) => masked[name] === value);
  return told.length > 0 ? Object.fromEntries(told) : undefined;
}

/** Sets it for the rest of a script. What no shell can name is left out. */
export function exported(env: Readonly<Record<string, string>>): Script {
  const named = Object.entries(env).filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  return join(named.map(([name, value]) => sh`export ${raw(name)}=${value}`));
}
