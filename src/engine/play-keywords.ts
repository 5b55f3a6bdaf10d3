/** A play's own keywords: rendered without a host, from its variables and the command line's. */

import type { Located, Play } from "../playbook/playbook.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import { Dict, isList, Layers, str, Templar, type Value } from "../template/template.ts";
import { at } from "./located.ts";
import type { PlayVariables } from "./run.ts";
import type { EngineOptions, World } from "./world.ts";

export type Keyword = (value: Located | undefined) => Value | undefined;

/** What templates of a play's keywords are rendered by. */
export type PlayWorld = Pick<World, "clock" | "random" | "vault"> & {
  readonly options: Pick<EngineOptions, "extraVars" | "native">;
};

export function playKeywords(
  { options, clock, random, vault }: PlayWorld,
  play: Play,
  variables: Pick<PlayVariables, "vars" | "prompted">,
): Keyword {
  const scope = new Layers([
    { vars: variables.vars, lazy: true },
    { vars: variables.prompted, lazy: true },
    { vars: options.extraVars, lazy: true },
  ]);
  const templar = new Templar(scope, {
    native: options.native,
    searchPaths: [play.baseDir],
    lookups: { now: () => new Date(clock.now()), random, ...(vault ? { vault } : {}) },
  });
  return (value) => {
    if (value === undefined) return undefined;
    try {
      return at(value.place, () => templar.render(value.value));
    } catch (error) {
      // Under Ansible a play that cannot be read is a playbook that cannot be, however late that shows.
      if (error instanceof KmendError) throw new KmendError(error.problems, exitCodes.parseError, error);
      throw error;
    }
  };
}

/** A play's name and its host patterns, for whoever lists it without running it.
 *  @throws KmendError where its hosts hang on what only a run knows */
export function playHead(
  world: PlayWorld,
  play: Play,
): { readonly name: string; readonly patterns: readonly string[] } {
  const keyword = playKeywords(world, play, { vars: play.vars ?? new Dict(), prompted: new Dict() });
  const hosts = keyword(play.hosts) ?? "all";
  const patterns = (isList(hosts) ? hosts : [hosts]).map((each) => str(each));
  return { name: nameOf(keyword, play) || patterns.join(","), patterns };
}

/** A name that asks for what only a host knows stands as it was written, as under Ansible. */
function nameOf(keyword: Keyword, { name }: Play): string {
  if (name === undefined) return "";
  try {
    return str(keyword(name) ?? "");
  } catch {
    return str(name.value);
  }
}
