/** `lab.json`: what a lab is meant to be, written before anything of it exists, so that `down` always knows. */

import { readFile, rename, writeFile } from "node:fs/promises";
import { KmendError } from "../problem/problem.ts";
import type { LabNode } from "./fleet.ts";
import type { LabPlace } from "./place.ts";

export interface LabDescription {
  readonly version: 1;
  readonly name: string;
  /** The third number of the hosts' addresses; no other lab of this machine has it. */
  readonly network: number;
  /** The image below the hosts. */
  readonly base: string;
  readonly nodes: readonly LabNode[];
}

/** Reads a lab's description; null where there is no lab. */
export async function readDescription(place: LabPlace): Promise<LabDescription | null> {
  try {
    return JSON.parse(await readFile(place.description, "utf8")) as LabDescription;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** The same, for commands that need a lab. */
export async function requireDescription(place: LabPlace): Promise<LabDescription> {
  const lab = await readDescription(place);
  if (lab) return lab;
  throw new KmendError({
    code: "lab-not-there",
    message: `Cannot find the lab "${place.name}": there is no ${place.description}`,
    hint: `To raise it:\n    kmend lab up --name ${place.name}`,
  });
}

/** Writes it whole or not at all. */
export async function writeDescription(place: LabPlace, lab: LabDescription): Promise<void> {
  const growing = `${place.description}.growing`;
  await writeFile(growing, `${JSON.stringify(lab, null, 2)}\n`, { mode: 0o600 });
  await rename(growing, place.description);
}
