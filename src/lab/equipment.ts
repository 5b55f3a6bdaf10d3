/** What a bare host gets to be a node of the rehearsal: the model of its kernel, and the stand-ins. */

import type { LabNode } from "./fleet.ts";
import { writeFiles } from "./host-files.ts";
import { type MemcgNode, serveNode } from "./memcg/memcg.ts";
import type { NodePlace } from "./place.ts";
import { buildRepositories, installNode, nodeFiles } from "./standins/standins.ts";

export interface Equipment {
  /** Puts the stand-ins into a system that has never booted. */
  readonly install: (node: LabNode, place: NodePlace) => Promise<void>;
  /** Mounts the model of the host's kernel; the host must see it from its start. */
  readonly serveKernel: (node: LabNode, place: NodePlace) => Promise<MemcgNode>;
}

/** Builds what the stand-ins are installed from, where the cache has it not yet. */
export async function prepareEquipment(cache: string): Promise<Equipment> {
  const repositories = await buildRepositories(cache);
  return {
    async install(node, { root }) {
      await writeFiles(root, nodeFiles(node));
      await installNode({ ...node, root }, repositories);
    },
    serveKernel: ({ kernel }, { kernel: mountPoint }) => serveNode({ mountPoint, kernel }),
  };
}
