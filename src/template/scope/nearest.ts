/** The name that was probably meant. */

/** The candidate that is few edits away, if there is one. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const limit = name.length <= 4 ? 1 : 2;
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) > limit || candidate === name) continue;
    const distance = editDistance(name, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Names that were probably meant: those a few letters away, then those that hold what was typed. @param most how many at most */
export function nearNames(name: string, candidates: readonly string[], most = 3): string[] {
  const limit = name.length <= 4 ? 1 : 2;
  const others = nearestFirst(name, candidates).filter((each) => each !== name);
  const near = others.filter((each) => editDistance(name, each) <= limit);
  const wider = others.filter((each) => !near.includes(each) && each.includes(name));
  return [...near, ...(name === "" ? [] : wider)].slice(0, most);
}

/** All of them, the fewest edits away first; of two as near, as they were. */
export function nearestFirst(name: string, candidates: readonly string[]): string[] {
  const far = new Map(candidates.map((each) => [each, editDistance(name, each)]));
  return [...far.keys()].sort((a, b) => (far.get(a) ?? 0) - (far.get(b) ?? 0));
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
