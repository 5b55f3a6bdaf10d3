import { type MetricName, metrics } from "./metrics.ts";

/** One value. Label values may be any text. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric and its samples. */
export interface Family {
  readonly name: MetricName;
  readonly samples: readonly Sample[];
}

/** @param samples a number where the metric has no label; by its one label otherwise; null: there is nothing to say, so it is left out */
export function family(
  name: MetricName,
  samples: number | null | Readonly<Record<string, number>> | readonly Sample[],
): readonly Family[] {
  if (samples === null) return [];
  if (typeof samples === "number") return [{ name, samples: [{ labels: {}, value: samples }] }];
  if (isList(samples)) return samples.length === 0 ? [] : [{ name, samples }];
  const [label = ""] = metrics[name].labels;
  return [
    { name, samples: Object.entries(samples).map(([each, value]) => ({ labels: { [label]: each }, value })) },
  ];
}

function isList(samples: object): samples is readonly Sample[] {
  return Array.isArray(samples);
}
