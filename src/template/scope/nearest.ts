/** The name that was probably meant. */

/** The candidate that is few edits away, if there is one. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  return near(name, [...candidates])[0];
}

/** `Did you mean "a", "b" or "c"?`: names a few letters away, then those that hold what was typed; null where there are none. */
export function didYouMean(name: string, candidates: Iterable<string>): string | null {
  const others = [...new Set(candidates)].filter((each) => each !== name);
  const close = near(name, others);
  const holding = name === "" ? [] : nearestFirst(name, others).filter((each) => each.includes(name));
  const meant = [...new Set([...close, ...holding])].slice(0, mostMeant).map((each) => `"${each}"`);
  const last = meant.pop();
  if (last === undefined) return null;
  return `Did you mean ${meant.length > 0 ? `${meant.join(", ")} or ` : ""}${last}?`;
}

const mostMeant = 3;

/** All of them, the fewest edits away first; of two as near, as they were. */
export function nearestFirst(name: string, candidates: readonly string[]): string[] {
  const far = new Map(candidates.map((each) => [each, editDistance(name, each)]));
  return [...far.keys()].sort((a, b) => (far.get(a) ?? 0) - (far.get(b) ?? 0));
}

/** Those few edits away, the nearest first. */
function near(name: string, candidates: readonly string[]): string[] {
  const limit = name.length <= 4 ? 1 : 2;
  // Most are told by their length alone.
  const likely = candidates.filter((each) => Math.abs(each.length - name.length) <= limit && each !== name);
  return nearestFirst(name, likely).filter((each) => editDistance(name, each) <= limit);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + change));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
