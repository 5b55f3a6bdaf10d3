import { type PlayWorld, playHead, systemRandom, wallClock } from "../engine/engine.ts";
import { checkLimit, matchHosts } from "../inventory/inventory.ts";
import { type LoadedPlaybook, listingText } from "../playbook/playbook.ts";
import { parseExtraVars } from "./extra-vars.ts";
import { processVault } from "./process-vault.ts";
import type { RunFlags } from "./run-options.ts";
import { readSettings } from "./settings.ts";
import { readInventory } from "./world.ts";

/** Do the flags ask only to be told what a run would work on? */
export function isListing({ listHosts, listTasks, listTags }: RunFlags): boolean {
  return Boolean(listHosts || listTasks || listTags);
}

/** What `--list-hosts`, `--list-tasks` and `--list-tags` print. Reaches no host; reads the inventory only for hosts.
 *  @throws KmendError for what is wrong with the inventory or with `--limit`, and for plays whose hosts hang on
 *  what only a run knows */
export async function listing(
  paths: readonly string[],
  playbooks: readonly LoadedPlaybook[],
  flags: RunFlags,
): Promise<string> {
  const settings = readSettings(process.env);
  const inventory = flags.listHosts ? await readInventory(flags, settings) : null;
  if (inventory) checkLimit(inventory, flags.limit);
  const vault = await processVault(flags);
  const world: PlayWorld = {
    options: {
      extraVars: parseExtraVars(flags.extraVars ?? [], vault),
      native: settings.jinja2Native ?? false,
    },
    clock: wallClock,
    random: systemRandom,
    ...(vault ? { vault } : {}),
  };
  return playbooks
    .map((playbook, index) =>
      listingText(playbook, {
        headOf: (play) => playHead(world, play),
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
