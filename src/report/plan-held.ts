import type { Event, Held, Unforeseen } from "../journal/journal.ts";
import { formatPlace } from "../problem/problem.ts";
import { harmless } from "./style.ts";

/** How the definite predictions of the plan did that a run carries out. */
export interface PlanHeld {
  /** The run that made the plan, and the plan's sum. */
  readonly run: string;
  readonly sum: string;
  readonly predictions: number;
  readonly kept: number;
  readonly broken: readonly {
    readonly host: string;
    readonly task: string;
    readonly place: string;
    readonly said: Held["said"];
    readonly happened: Held["happened"];
  }[];
  readonly notComeTo: number;
  /** Changes that the plan did not speak of; absent: there were none. */
  readonly unforeseen?: readonly { readonly host: string; readonly task: string; readonly place: string }[];
  /** What was otherwise than the plan said before it began, and was accepted. */
  readonly drift: readonly string[];
}

/** Takes in the events of a run; `written` has nothing where it carries out no plan. */
export function planHeld(): { take(event: Event): void; written(): { readonly plan?: PlanHeld } } {
  let opened: Extract<Event, { type: "plan:opened" }> | null = null;
  let kept = 0;
  const broken: Held[] = [];
  const unforeseen: Unforeseen[] = [];

  function take(event: Event): void {
    if (event.type === "plan:opened") opened = event;
    if (event.type === "prediction:kept") kept += 1;
    if (event.type === "prediction:broken") broken.push(event);
    if (event.type === "change:unforeseen") unforeseen.push(event);
  }

  function written(): { readonly plan?: PlanHeld } {
    if (!opened) return {};
    const { plan: run, sum, definite, drift } = opened;
    const told = broken.map(({ said, happened, ...each }) => ({ ...toldOf(each), said, happened }));
    const notComeTo = definite - kept - broken.length;
    const plan = { run, sum, predictions: definite, kept, broken: told, notComeTo, drift };
    return { plan: unforeseen.length === 0 ? plan : { ...plan, unforeseen: unforeseen.map(toldOf) } };
  }

  return { take, written };
}

function toldOf({ host, task }: Unforeseen): { host: string; task: string; place: string } {
  return { host, task: harmless(task.name), place: formatPlace(task.place) };
}
