/** How a plan's predictions did, for people. */

import type { Event, Held, Said, Unforeseen } from "../journal/journal.ts";
import { formatPlace } from "../problem/problem.ts";
import { howMany } from "./how-many.ts";
import type { PlanHeld } from "./plan-held.ts";
import { harmless, type Tone } from "./style.ts";

/** What a plan says, for people. */
export const saidWords: Readonly<Record<Said, string>> = {
  change: "would change",
  right: "right already",
  skip: "would be skipped",
  fail: "would fail",
  unreachable: "unreachable",
  unknown: "cannot be known before",
};

const past: Readonly<Record<Said, string>> = {
  change: "it changed",
  right: "it was right already",
  skip: "it was skipped",
  fail: "it failed",
  unreachable: "the host could not be reached",
  unknown: "nobody knows",
};

/** The line of numbers, then each prediction that was broken, and each change that there was none of. */
export function heldText(given: {
  readonly definite: number;
  readonly kept: number;
  readonly broken: readonly Held[];
  readonly unforeseen: readonly Unforeseen[];
}): string {
  const { definite, kept, broken, unforeseen } = given;
  const notComeTo = definite - kept - broken.length;
  return [
    `PLAN: ${heldWords({ predictions: definite, kept, broken, notComeTo, unforeseen })}`,
    ...broken.map((each) => `  - ${brokenText(each)}`),
    ...unforeseen.map((each) => `  - ${unforeseenText(each)}`),
  ].join("\n");
}

/** The numbers alone. */
export function heldWords(
  held: Pick<PlanHeld, "predictions" | "kept" | "notComeTo"> & {
    readonly broken: readonly unknown[];
    readonly unforeseen?: readonly unknown[];
  },
): string {
  const { predictions, kept, broken, notComeTo, unforeseen = [] } = held;
  const rest = notComeTo > 0 ? `, ${notComeTo} not come to` : "";
  const more = unforeseen.length > 0 ? `; ${howMany(unforeseen.length, "change")} not in the plan` : "";
  return `${howMany(predictions, "prediction")}, ${kept} kept, ${broken.length} broken${rest}${more}`;
}

/** What is said of a change that the plan did not speak of. */
export const unforeseenWords = "it changed, and the plan did not speak of it";

/** What was said, and what came of it. */
export function brokenWords({ said, happened }: Pick<Held, "said" | "happened">): string {
  return `the plan said "${saidWords[said]}", ${past[happened]}`;
}

/** A run under a plan says so when it begins, and which prediction it breaks; null for any other event. */
export function planLine(event: Event): { text: string; tone: Tone } | null {
  if (event.type === "prediction:broken")
    return { text: `prediction broken: ${brokenText(event)}`, tone: "warning" };
  if (event.type === "change:unforeseen")
    return { text: `not in the plan: ${unforeseenText(event)}`, tone: "warning" };
  if (event.type !== "plan:opened") return null;
  const { plan, madeAt, definite, drift } = event;
  const accepted = drift.map((each) => `\n  accepted: ${each}`).join("");
  return {
    text: harmless(`applying the plan ${plan} of ${madeAt}: ${howMany(definite, "prediction")}${accepted}`),
    tone: drift.length > 0 ? "warning" : "dim",
  };
}

function brokenText({ host, task, index, said, happened }: Held): string {
  const item = index === undefined ? "" : `, item ${index + 1}`;
  return harmless(
    `${host}: ${task.name}${item} (${formatPlace(task.place)}): ${brokenWords({ said, happened })}`,
  );
}

function unforeseenText({ host, task }: Unforeseen): string {
  return harmless(`${host}: ${task.name} (${formatPlace(task.place)}): ${unforeseenWords}`);
}
