/** A plan from the events of the dry run that it is. */

import { dirname } from "node:path";
import type { Event, Events, Json } from "../journal/journal.ts";
import { estimated, type Timing } from "./estimate.ts";
import { type PlanFile, type PlannedPlay, type Prediction, planFormat, signed } from "./plan-file.ts";
import { type From, local, placer } from "./where.ts";

/** What the events of the dry run do not say. */
export interface Made {
  /** Above all the folder that the plan was made in. */
  readonly from: From;
  readonly validForMs: number;
  readonly inventorySum: string;
  readonly extraVars: PlanFile["extraVars"];
  /** Keywords of each play that say how it is carried out, by its number. */
  readonly keywords: (play: number) => Readonly<Record<string, string>>;
  readonly lockWaitMs: number;
  readonly notAfterMs: number | null;
  readonly forks: number;
  readonly timings: readonly Timing[];
}

export function planFrom(events: readonly Event[], made: Made): PlanFile {
  const [first] = events;
  if (first?.type !== "run:started") throw new Error("a dry run has a beginning");
  const { from } = made;
  const predictions = predictionsOf(events, from);
  const plays = playsOf(events, made);
  const touched = predictions.filter(({ says }) => says === "change" || says === "unknown");
  return signed({
    format: planFormat,
    kmend: first.kmend,
    run: first.run,
    madeAt: first.at,
    validUntil: new Date(Date.parse(first.at) + made.validForMs).toISOString(),
    playbooks: first.playbooks.map((path) => local(path, from)),
    sources: sourcesOf(first, from),
    inventory: {
      sources: first.inventories.map((source) => local(source, from)),
      sha256: made.inventorySum,
    },
    options: optionsOf(first, from),
    extraVars: made.extraVars,
    hosts: [...new Set(plays.flatMap(({ batches }) => batches.flat()))],
    plays,
    locks: { hosts: [...new Set(touched.map(({ host }) => host))], waitMs: made.lockWaitMs },
    notAfter: made.notAfterMs === null ? null : new Date(made.notAfterMs).toISOString(),
    predictions,
    estimate: estimated(predictions, { timings: made.timings, forks: made.forks }),
    exitCode: events.findLast((event) => event.type === "run:ended")?.exitCode ?? 1,
  });
}

/** What the events of a dry run predict, in the order in which it was found out. */
export function predictionsOf(events: readonly Event[], from: From): readonly Prediction[] {
  const where = placer(from);
  const found: Prediction[] = [];
  for (const event of events) {
    where.take(event);
    if (event.type !== "prediction:made") continue;
    const { n: _, at: __, type: ___, task, host, ...said } = event;
    const { place, ...spot } = where.placed(host, task, said.index);
    const { name, module, kind } = task;
    found.push({ ...spot, host, task: { name, module, kind, place }, ...said });
  }
  return found;
}

export function sourcesOf(
  { sources = {} }: Pick<Events["run:started"], "sources">,
  from: From,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(sources).map(([path, sum]) => [local(path, from), sum]));
}

/** The private key is found by whoever carries the plan out; where it lies in the same folder, by its name there. */
function optionsOf({ options }: Events["run:started"], from: From): Json {
  const kept = options as { readonly connection?: { readonly privateKeyFile?: string } };
  const key = kept.connection?.privateKeyFile;
  if (key === undefined || dirname(key) === ".") return options;
  return { ...(options as object), connection: { ...kept.connection, privateKeyFile: local(key, from) } };
}

function playsOf(events: readonly Event[], { keywords }: Made): PlannedPlay[] {
  const batches = events.filter((event) => event.type === "batch:started");
  return events
    .filter((event) => event.type === "play:started")
    .map(({ play, name }) => ({
      play,
      name,
      batches: batches.filter((batch) => batch.play === play).map(({ hosts }) => hosts),
      keywords: keywords(play),
    }));
}
