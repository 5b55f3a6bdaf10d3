import { matchHosts } from "../inventory/inventory.ts";
import { type LoadedPlaybook, listingText } from "../playbook/playbook.ts";
import type { RunFlags } from "./run-options.ts";
import { readSettings } from "./settings.ts";
import { readInventory } from "./world.ts";

/** Do the flags ask only to be told what a run would work on? */
export function isListing({ listHosts, listTasks, listTags }: RunFlags): boolean {
  return Boolean(listHosts || listTasks || listTags);
}

/** What `--list-hosts`, `--list-tasks` and `--list-tags` print. Reaches no host; reads the inventory only for hosts.
 *  @throws KmendError for what is wrong with the inventory or with `--limit` */
export async function listing(
  paths: readonly string[],
  playbooks: readonly LoadedPlaybook[],
  flags: RunFlags,
): Promise<string> {
  const inventory = flags.listHosts ? await readInventory(flags, readSettings(process.env)) : null;
  return playbooks
    .map((playbook, index) =>
      listingText(playbook, {
        shownAs: paths[index] ?? playbook.path,
        tasks: flags.listTasks ?? false,
        listTags: flags.listTags ?? false,
        tags: flags.tags ?? ["all"],
        skipTags: flags.skipTags ?? [],
        ...(inventory
          ? {
              hosts: (patterns: readonly string[]) =>
                matchHosts(inventory, patterns, { limit: flags.limit }).hosts,
            }
          : {}),
      }),
    )
    .join("\n");
}
