/** The plan file's form (docs/plan.schema.json), and the sum that stands for all of it. */

import { createHash } from "node:crypto";
import type { Events, Json, TaskRef } from "../journal/journal.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import type { Estimate } from "./estimate.ts";

export const planFormat = 1;

/** What the plan says of one task, or one item of its loop, on one host. */
export interface Prediction extends Omit<Events["prediction:made"], "task"> {
  /** The same in the plan and in the run that carries it out. */
  readonly key: string;
  readonly play: number;
  readonly batch: number;
  readonly task: Pick<TaskRef, "name" | "module" | "kind"> & { readonly place: string };
}

/** Hosts in the order in which they are worked on. */
export interface PlannedPlay {
  readonly play: number;
  readonly name: string;
  readonly batches: readonly (readonly string[])[];
  /** As the playbook has them; a template is not filled in. */
  readonly keywords: Readonly<Record<string, string>>;
}

export interface PlanFile {
  readonly format: number;
  readonly kmend: string;
  /** The dry run that it was made by. */
  readonly run: string;
  readonly madeAt: string;
  readonly validUntil: string;
  readonly playbooks: readonly string[];
  /** SHA-256 of each file of the playbooks; paths below the folder that the plan was made in are relative to it. */
  readonly sources: Readonly<Record<string, string>>;
  readonly inventory: { readonly sources: readonly string[]; readonly sha256: string };
  readonly options: Json;
  /** Variables of `-e`: their names, and a slow sum of their values. */
  readonly extraVars: { readonly names: readonly string[]; readonly salt: string; readonly sum: string };
  readonly hosts: readonly string[];
  readonly plays: readonly PlannedPlay[];
  /** Hosts whose lock the run takes, and how long it waits for one that another run has, in milliseconds. */
  readonly locks: { readonly hosts: readonly string[]; readonly waitMs: number };
  /** No batch starts after this, ISO 8601; null: at any time. */
  readonly notAfter: string | null;
  readonly predictions: readonly Prediction[];
  readonly estimate: Estimate;
  /** What the dry run itself would have ended with. */
  readonly exitCode: number;
  /** SHA-256 over everything else. */
  readonly sum: string;
}

/** Something that a run can be held to. */
export function isDefinite({ says }: Pick<Prediction, "says">): boolean {
  return says !== "unknown";
}

export function signed(plan: Omit<PlanFile, "sum">): PlanFile {
  return { ...plan, sum: sumOf(plan) };
}

/** @param name of the file, for problems @throws KmendError `plan-damaged`, `plan-format` */
export function readPlan(text: string, name: string): PlanFile {
  const { sum, ...plan } = parsed(text, name);
  if (plan.format !== planFormat)
    throw new KmendError(
      {
        code: "plan-format",
        message: `Cannot apply ${name}: it has the form ${String(plan.format)} of plan files (kmend ${String(plan.kmend)}), and this kmend knows form ${planFormat}`,
        hint: "Make the plan again with this kmend:\n    kmend plan PLAYBOOK --out FILE",
      },
      exitCodes.badOptions,
    );
  if (sum !== sumOf(plan)) throw damaged(name, "it is not as it was written");
  return { ...plan, sum };
}

function parsed(text: string, name: string): PlanFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(name, "it is no JSON, or has no end");
  }
  if (typeof value !== "object" || value === null || !("format" in value))
    throw damaged(name, "it is no plan");
  return value as PlanFile;
}

function damaged(name: string, why: string): KmendError {
  return new KmendError(
    {
      code: "plan-damaged",
      message: `Cannot apply ${name}: ${why}`,
      hint: "Take the file as `kmend plan --out` wrote it, or make the plan again.",
    },
    exitCodes.badOptions,
  );
}

function sumOf(plan: Omit<PlanFile, "sum">): string {
  return createHash("sha256")
    .update(JSON.stringify(inOrder(plan)))
    .digest("hex");
}

/** Whoever formats the file anew, or sorts its keys, has changed nothing of the plan. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, each]) => [key, inOrder(each)]);
}
