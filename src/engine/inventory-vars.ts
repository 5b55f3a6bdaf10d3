import { hostVars } from "../inventory/inventory.ts";
import type { Dict } from "../template/template.ts";
import { knowVariables } from "./known-secrets.ts";
import type { Run } from "./run.ts";

const caches = new WeakMap<Run, Map<string, Dict>>();

/** What the inventory and the folders beside inventory and playbook say of a host; read once a play. */
export function inventoryVars(run: Run, host: string): Dict {
  const cache = caches.get(run) ?? new Map<string, Dict>();
  caches.set(run, cache);
  const key = `${run.play.folder}\n${host}`;
  const known = cache.get(key);
  if (known) return known;
  const vars = hostVars(run.world.inventory, host, { playbookDir: run.play.folder });
  cache.set(key, vars);
  knowVariables(run.mask, vars);
  return vars;
}

/** To be called after `add_host` and `group_by`: the next look reads anew. */
export function forgetInventoryVars(run: Run): void {
  caches.delete(run);
}
