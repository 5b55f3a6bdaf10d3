/** A host's files, made once and kept over reboots. One left half-made is made again. */

import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Equipment } from "./equipment.ts";
import type { LabNode } from "./fleet.ts";
import { ownFiles, writeFiles } from "./host-files.ts";
import { mountSystem, unmountBelow } from "./mounts.ts";
import { type LabPlace, nodePlace } from "./place.ts";

/** Mounts the host's system, and makes what is its own before its first boot. */
export async function prepareSystem(
  lab: LabPlace,
  base: string,
  node: LabNode,
  equipment: Equipment,
): Promise<void> {
  const place = nodePlace(lab, node.name);
  const whole = join(place.folder, "whole");
  if (!existsSync(whole)) {
    await unmountBelow(place.root);
    for (const folder of [place.upper, place.work]) await rm(folder, { recursive: true, force: true });
  }
  for (const folder of [place.upper, place.work, place.root]) await mkdir(folder, { recursive: true });
  await mountSystem(base, place);
  if (existsSync(whole)) return;
  await writeFiles(place.root, await ownFiles(lab, node, place.root));
  await equipment.install(node, place);
  await writeFile(whole, "");
}
