/** A result on its way into the journal, and out of it again when a run goes on. */

import type { Events, Json } from "../journal/journal.ts";
import { Dict, fromExactJson, toExactJson, toJson } from "../template/template.ts";
import { effectsFrom, effectsJson } from "./effects-json.ts";
import { type Result, resultOf } from "./result.ts";

type Journaled = Pick<Events["item:ended"], "result" | "exact" | "effects">;

export function journaled(result: Result): Journaled {
  if (result.isSecret) return { result: censored(result) };
  const plain = toJson(result.values) as Json;
  const exact = toExactJson(result.values) as Json;
  const effects = effectsJson(result.effects ?? []);
  return {
    result: plain,
    ...(JSON.stringify(exact) === JSON.stringify(plain) ? {} : { exact }),
    ...(effects === null ? {} : { effects }),
  };
}

function censored(result: Result): Json {
  return {
    censored: "the output has been hidden due to the fact that 'no_log: true' was specified for this result",
    ...(result.isChanged ? { changed: true } : {}),
  };
}

/** What it registered is gone, or a part of it; with whatever else it said. */
export function isCensored({ result, masked }: Journaled & Pick<Events["item:ended"], "masked">): boolean {
  return masked === true || isHidden({ result });
}

/** Of a `no_log` task nothing was written down. */
function isHidden({ result }: Journaled): boolean {
  return typeof result === "object" && result !== null && "censored" in result;
}

/** The result that this end was written down of. */
export function resultFrom(end: Events["item:ended"] | Events["task:ended"]): Result {
  const values = fromExactJson(end.exact ?? end.result);
  const effects = effectsFrom(end.effects);
  return resultOf(values instanceof Dict ? values : new Dict(), {
    isFailed: end.outcome === "failed",
    isSkipped: end.outcome === "skipped",
    isUnreachable: end.outcome === "unreachable",
    ...(effects.length > 0 ? { effects } : {}),
    ...(isHidden(end) ? { isSecret: true } : {}),
    ...("delegate" in end && end.delegate !== undefined ? { delegate: end.delegate } : {}),
  });
}
