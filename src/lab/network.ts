/** Each lab's own 127.77.N.*: claimed for the whole machine, since its addresses are. */

import { existsSync } from "node:fs";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KmendError } from "../problem/problem.ts";
import { withLock } from "./lock.ts";
import { type LabPlace, runtimeFolder } from "./place.ts";

/** Claims the lowest network that no living lab has. A claim whose lab is gone is taken over. */
export async function claimNetwork(place: LabPlace): Promise<number> {
  await mkdir(runtimeFolder, { recursive: true, mode: 0o700 });
  return withLock(join(runtimeFolder, "lock"), async () => {
    for (let network = 1; network < 255; network++) {
      const owner = await ownerOf(network);
      if (owner !== null && owner !== place.folder && existsSync(owner)) continue;
      const claim = await open(claimFile(network), "w", 0o600);
      await claim.writeFile(place.folder);
      await claim.close();
      return network;
    }
    throw new KmendError({
      code: "lab-networks-used-up",
      message: "Cannot raise another lab: all 254 networks of 127.77 are taken",
      hint: `Take one down; the claims are in ${dirname(claimFile(1))}`,
    });
  });
}

/** Gives the lab's networks back. */
export async function releaseNetworks(place: LabPlace): Promise<void> {
  if (!existsSync(runtimeFolder)) return;
  await withLock(join(runtimeFolder, "lock"), async () => {
    for (let network = 1; network < 255; network++)
      if ((await ownerOf(network)) === place.folder) await rm(claimFile(network), { force: true });
  });
}

async function ownerOf(network: number): Promise<string | null> {
  return readFile(claimFile(network), "utf8").catch(() => null);
}

function claimFile(network: number): string {
  return join(runtimeFolder, `network-${network}`);
}
