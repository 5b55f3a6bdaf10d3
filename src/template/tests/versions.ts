/** The orders that versions have. */

import { templateError } from "../python/failure.ts";

export type VersionRules = "loose" | "strict" | "semver" | "semantic" | "pep440";

export function compareVersions(left: string, right: string, rules: VersionRules): number {
  switch (rules) {
    case "loose":
      return compareLists(loose(left), loose(right), looseOrder);
    case "strict":
      return compareLists(strict(left), strict(right), (a, b) => a - b);
    case "semver":
    case "semantic":
      return compareSemantic(left, right);
    case "pep440":
      return compareLists(pep440(left), pep440(right), (a, b) => a - b);
  }
}

function compareLists<Part>(
  a: readonly Part[],
  b: readonly Part[],
  order: (a: Part, b: Part) => number,
): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const result = order(a[at] as Part, b[at] as Part);
    if (result !== 0) return result;
  }
  return a.length - b.length;
}

/** Runs of digits, runs of letters and what is left; dots only separate. */
function loose(version: string): (number | string)[] {
  return version
    .split(/(\d+|[a-z]+|\.)/)
    .filter((part) => part !== "" && part !== ".")
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function looseOrder(a: number | string, b: number | string): number {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  throw templateError(
    `Version comparison failed: '<' not supported between instances of '${typeof a === "number" ? "int" : "str"}' and '${typeof b === "number" ? "int" : "str"}'`,
  );
}

/** `1.2`, `1.2.3`, and after it `a` or `b` and a number for what comes before the release. */
function strict(version: string): number[] {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?$/.exec(version);
  if (!match) throw templateError(`Version comparison failed: invalid version number '${version}'`);
  const [, major, minor, patch = "0", phase, number = "0"] = match;
  const rank = phase === "a" ? 0 : phase === "b" ? 1 : 2;
  return [Number(major), Number(minor), Number(patch), rank, Number(number)];
}

const semanticForm = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

function compareSemantic(left: string, right: string): number {
  const [a, b] = [semantic(left), semantic(right)];
  const release = compareLists(a.release, b.release, (x, y) => x - y);
  if (release !== 0) return release;
  if (!a.before || !b.before) return a.before ? -1 : b.before ? 1 : 0;
  return compareLists(a.before, b.before, semanticOrder);
}

function semantic(version: string): { release: number[]; before: string[] | undefined } {
  const match = semanticForm.exec(version);
  if (!match) throw templateError(`Version comparison failed: invalid semantic version '${version}'`);
  return { release: [Number(match[1]), Number(match[2]), Number(match[3])], before: match[4]?.split(".") };
}

function semanticOrder(a: string, b: string): number {
  const [aIsNumber, bIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (aIsNumber && bIsNumber) return Number(a) - Number(b);
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

const pep440Form =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(?:post|rev|r)[-_.]?(\d*))?(?:[-_.]?dev[-_.]?(\d*))?(?:\+[a-z0-9.]+)?$/i;

function pep440(version: string): number[] {
  const match = pep440Form.exec(version.trim());
  if (!match) throw templateError(`Version comparison failed: Invalid version: '${version}'`);
  const [, epoch = "0", release = "", phase, phaseNumber, postDash, post, dev] = match;
  const numbers = release.split(".").map(Number);
  while (numbers.length < 8) numbers.push(0);
  const ranks: Readonly<Record<string, number>> = {
    a: 1,
    alpha: 1,
    b: 2,
    beta: 2,
    c: 3,
    rc: 3,
    pre: 3,
    preview: 3,
  };
  const hasPost = postDash !== undefined || post !== undefined;
  const rank = phase ? (ranks[phase.toLowerCase()] ?? 3) : dev !== undefined && !hasPost ? 0 : 4;
  const postNumber = hasPost ? Number(postDash ?? (post || 0)) + 1 : 0;
  const devNumber = dev === undefined ? Number.MAX_SAFE_INTEGER : Number(dev || 0);
  return [Number(epoch), ...numbers, rank, Number(phaseNumber || 0), postNumber, devNumber];
}
