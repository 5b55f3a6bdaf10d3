import type { Exposition } from "./exposition.ts";

/** The format that an `Accept` header would rather have (RFC 9110, 12.5.1); without one, Prometheus' own.
 *  OpenMetrics of a version that kmend does not write is not taken for one that it does. */
export function acceptedExposition(accept: string | undefined): Exposition {
  const ranges = (accept ?? "").split(",").map((range) => rangeOf(range));
  const quality = (isWanted: (range: Range) => boolean): number =>
    Math.max(0, ...ranges.filter(isWanted).map((range) => range.quality));
  const openMetrics = quality(
    ({ type, version }) =>
      type === "application/openmetrics-text" && (version === undefined || version === "1.0.0"),
  );
  const prometheus = quality(({ type }) => type === "text/plain" || type === "text/*" || type === "*/*");
  return openMetrics > 0 && openMetrics >= prometheus ? "openmetrics" : "prometheus";
}

interface Range {
  readonly type: string;
  readonly version: string | undefined;
  readonly quality: number;
}

function rangeOf(text: string): Range {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const given = Object.fromEntries(parameters.map((each) => each.split("=", 2).map((part) => part.trim())));
  const quality = given["q"] === undefined ? 1 : Number(given["q"]);
  return { type, version: given["version"], quality: Number.isFinite(quality) ? quality : 0 };
}
