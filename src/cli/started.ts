import { type Events, type Journal, journalFormat } from "../journal/journal.ts";
import { version } from "./version.ts";
import type { Ground } from "./world.ts";

/** A journal's first event: what was asked for. Passwords and variables' values stay out of it. */
export function started(given: {
  readonly journal: Journal;
  readonly command: Events["run:started"]["command"];
  readonly playbooks: readonly string[];
  readonly ground: Ground;
  readonly of?: string;
}): Events["run:started"] {
  const { options } = given.ground;
  return {
    format: journalFormat,
    run: given.journal.run,
    kmend: version,
    command: given.command,
    playbooks: given.playbooks,
    inventories: given.ground.inventorySources,
    check: options.check,
    diff: options.diff,
    options: {
      tags: options.tags,
      skipTags: options.skipTags,
      limit: options.limit ?? null,
      forks: options.forks,
      extraVars: options.extraVars.keys().map((name) => String(name)),
    },
    ...(given.of === undefined ? {} : { of: given.of }),
  };
}
