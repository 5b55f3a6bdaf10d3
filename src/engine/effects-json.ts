/** What a task changed in the play, as the journal keeps it: a run that goes on does it again. */

import type { Json } from "../journal/journal.ts";
import type { Effect } from "../modules/modules.ts";
import { Dict, fromExactJson, isList, toExactJson, type Value } from "../template/template.ts";

/** A wait is over, and leaves nothing behind. */
const passing: ReadonlySet<Effect["kind"]> = new Set(["pause", "meta"]);

/** null: nothing that lasts. */
export function effectsJson(effects: readonly Effect[]): Json | null {
  const lasting = effects.filter((effect) => !passing.has(effect.kind));
  if (lasting.length === 0) return null;
  return lasting.map((effect) => toExactJson(Dict.of(effect as unknown as Record<string, Value>))) as Json;
}

/** @param json what {@link effectsJson} made */
export function effectsFrom(json: Json | undefined): readonly Effect[] {
  const effects = fromExactJson(json ?? null);
  if (!isList(effects)) return [];
  return effects.map((effect) => Object.fromEntries((effect as Dict).entries()) as unknown as Effect);
}
