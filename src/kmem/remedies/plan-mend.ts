/** The cheapest remedies after which a node no longer leaks: computed from what each does, not written down by case. */

import type { Evidence } from "../evidence/evidence.ts";
import { catalogue } from "./catalogue.ts";
import { type NodeState, possibleStates, wouldLeak } from "./node-state.ts";
import type { Need, Preparation, Remedy } from "./remedy.ts";

/** One step of a plan, as data for people and for JSON. */
export interface Step {
  readonly remedy: string;
  readonly does: string;
  readonly playbook: string;
  readonly mends: string;
  /** What stays as it was, though people expect otherwise. */
  readonly leaves: string;
  readonly appliesTo: string;
  readonly needs: Need;
  readonly takes: string | null;
  /** How what it takes is made; null: it is to be had, or it takes nothing. */
  readonly preparedBy: Preparation | null;
  readonly undoneBy: string;
  readonly risk: string;
  /** Dearer remedies that would do in its place. */
  readonly instead: readonly Alternative[];
}

export type Alternative = Pick<Step, "remedy" | "does" | "playbook" | "needs">;

/** The steps in order; none where nothing has to be done, null where too little is known to say. */
export function planMend(evidence: Evidence): readonly Step[] | null {
  return mendWays(evidence)?.[0] ?? null;
}

/** Every way to mend the node, the cheapest first, none with a step that it could do without; null where too little is known to say. */
export function mendWays(evidence: Evidence): readonly (readonly Step[])[] | null {
  const states = possibleStates(evidence);
  // Whether it leaks at all is the first thing to find out.
  if (states.some(wouldLeak) && !states.every(wouldLeak)) return null;
  const mending = subsets(catalogue).filter((remedies) => mends(remedies, states));
  const hasNoLess = (way: readonly Remedy[]): boolean =>
    !mending.some((other) => other !== way && other.every((remedy) => way.includes(remedy)));
  const ways = mending.filter(hasNoLess).sort((a, b) => cost(a) - cost(b));
  if (ways.length === 0) return null;
  return ways.map((way) => way.map((remedy, at) => asStep(remedy, inPlaceOf(way, at, states))));
}

function asStep(
  { name, does, playbook, mends, leaves, appliesTo, needs, takes, preparedBy, undoneBy, risk }: Remedy,
  instead: readonly Remedy[],
): Step {
  const alternatives = instead.map((other) => ({
    remedy: other.name,
    does: other.does,
    playbook: other.playbook,
    needs: other.needs,
  }));
  return {
    remedy: name,
    does,
    playbook,
    mends,
    leaves,
    appliesTo,
    needs,
    takes: takes ?? null,
    preparedBy: preparedBy ?? null,
    undoneBy,
    risk,
    instead: alternatives,
  };
}

function inPlaceOf(chosen: readonly Remedy[], at: number, states: readonly NodeState[]): readonly Remedy[] {
  return catalogue.filter((other) => !chosen.includes(other) && mends(chosen.with(at, other), states));
}

/** Whichever of its possible states the node is in: a remedy that may have nothing to do there would be a guess. */
function mends(remedies: readonly Remedy[], states: readonly NodeState[]): boolean {
  let after = states;
  for (const remedy of remedies) {
    if (!after.every((state) => remedy.helps(state))) return false;
    after = after.map((state) => remedy.after(state));
  }
  return !after.some(wouldLeak);
}

/** A dearer need outweighs any number of cheaper ones. */
const price: Readonly<Record<Need, number>> = { nothing: 0, restart: 1, upgrade: 5, drain: 10, reboot: 100 };

function cost(remedies: readonly Remedy[]): number {
  return remedies.reduce((sum, { needs }) => sum + price[needs], 0);
}

/** Every choice from the list, in the list's order. */
function subsets<T>([first, ...rest]: readonly T[]): T[][] {
  if (first === undefined) return [[]];
  const without = subsets(rest);
  return [...without, ...without.map((chosen) => [first, ...chosen])];
}
