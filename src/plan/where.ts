/** Where a task stands, said so that it is the same in the plan and in the run, also in another folder. */

import { isAbsolute, relative } from "node:path";
import type { Event, TaskRef } from "../journal/journal.ts";
import type { Place } from "../problem/problem.ts";

/** From where paths are told. */
export interface From {
  /** Paths below it are relative to it. */
  readonly folder: string;
  /** Files and folders that have a name of their own wherever they lie: their paths by name. */
  readonly names?: ReadonlyMap<string, string>;
}

/** A path as it is told: by a name where it is one's or below one's, else relative to the folder where it is below that; any other as
 *  it is. */
export function local(path: string, { folder, names }: From): string {
  if (!isAbsolute(path)) return path;
  for (const [name, place] of names ?? [])
    if (path === place || path.startsWith(`${place}/`)) return name + path.slice(place.length);
  const below = relative(folder, path);
  return below === "" || below.startsWith("..") ? path : below;
}

export interface Placed {
  readonly key: string;
  readonly play: number;
  readonly batch: number;
  readonly place: string;
}

/** Follows the events of one run, and says of each task on a host where it stands: play and batch, line, and how often this host has
 *  come there. */
export function placer(from: From): {
  take(event: Event): void;
  placed(host: string, task: TaskRef, index?: number): Placed;
} {
  let [play, batch] = [0, 0];
  const reached = new Map<string, string[]>();
  const files = new Map<string, string>();
  const shown = ({ file, line, column }: Place): string => {
    const told = files.get(file) ?? local(file, from);
    files.set(file, told);
    return `${told}:${line}:${column}`;
  };

  function take(event: Event): void {
    if (event.type === "play:started") [play, batch] = [event.play, 0];
    if (event.type === "batch:started") [play, batch] = [event.play, event.batch];
  }

  function placed(host: string, task: TaskRef, index?: number): Placed {
    const place = shown(task.place);
    const spot = `${play}.${batch} ${task.kind} ${place} ${task.module} ${host}`;
    const tasks = reached.get(spot) ?? [];
    reached.set(spot, tasks);
    if (!tasks.includes(task.id)) tasks.push(task.id);
    const nth = tasks.indexOf(task.id) + 1;
    return { key: `${spot} ${nth}${index === undefined ? "" : `#${index}`}`, play, batch, place };
  }

  return { take, placed };
}
