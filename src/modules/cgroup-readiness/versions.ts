/** Versions as programs print them, compared as far as they can be. */

/** Whether `version` is `wanted` or later; undefined where it does not begin with numbers. A release candidate is
 *  before its release; whatever else stands behind the numbers says nothing: `18.06.1-ce`, `5.14.0-362.el9`. */
export function isAtLeast(version: string, wanted: string): boolean | undefined {
  const [left, right] = [parts(version), parts(wanted)];
  if (!left || !right) return undefined;
  const at = left.findIndex((each, index) => each !== right[index]);
  return at < 0 || (left[at] ?? 0) > (right[at] ?? 0);
}

/** Three numbers, and which release candidate: a release is after all of them. */
function parts(version: string): readonly number[] | undefined {
  const [, numbers, candidate] = /^v?(\d+(?:\.\d+){0,2})(?:[-~.]?rc\.?(\d+))?/i.exec(version) ?? [];
  if (numbers === undefined) return undefined;
  const [major = 0, minor = 0, patch = 0] = numbers.split(".").map(Number);
  return [major, minor, patch, candidate === undefined ? Number.POSITIVE_INFINITY : Number(candidate)];
}
