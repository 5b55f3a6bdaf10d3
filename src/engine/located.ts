import type { Located } from "../playbook/playbook.ts";
import { KmendError, type Place } from "../problem/problem.ts";
import { isInt, str, truthy, type Value } from "../template/template.ts";
import type { View } from "./variables.ts";

/** A keyword's value for this host, its templates rendered. An error in it says where it stands. */
export function located(value: Located | undefined, view: View): Value | undefined {
  return value === undefined ? undefined : at(value.place, () => view.templar.render(value.value));
}

export function locatedBoolean(value: Located | undefined, view: View, fallback: boolean): boolean {
  const given = located(value, view);
  if (given === undefined || given === null) return fallback;
  if (typeof given === "string") return /^(true|yes|on|1|t|y)$/i.test(given.trim());
  return truthy(given);
}

export function locatedNumber(value: Located | undefined, view: View): number | null {
  const given = located(value, view);
  if (given === undefined || given === null) return null;
  return isInt(given) ? Number(given) : Number.parseFloat(str(given));
}

/** Runs something that may fail on a template, and adds the place to a problem that has none. */
export function at<T>(place: Place, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof KmendError) || error.problems[0]?.place) throw error;
    throw new KmendError(
      error.problems.map((problem) => ({ ...problem, place })),
      error.exitCode,
      error,
    );
  }
}

/** A duration as people write it: `90` (seconds), `30s`, `5m`, `1h30m`. */
export function locatedDurationMs(value: Located | undefined, view: View): number {
  return value === undefined ? 0 : durationMs(located(value, view), value.place);
}

/** The same of a value that is filled in. @throws KmendError `invalid-duration` at its place */
export function durationMs(given: Value | undefined, place: Place): number {
  if (given === undefined || given === null) return 0;
  const text = str(given).trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map(([all]) => all).join("") !== text.replaceAll(" ", ""))
    throw new KmendError({
      code: "invalid-duration",
      message: `Cannot read "${text}" as a duration, wanted something like 30s, 5m or 1h30m`,
      place,
    });
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? "s"] ?? 0), 0);
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
