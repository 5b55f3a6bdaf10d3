import { KmendError } from "../problem/problem.ts";

/** The id that `last` or a unique beginning stands for.
 *  @param given the ids there are
 *  @param runs the folder that they are in, for people
 *  @throws KmendError `unknown-run`, `ambiguous-run` */
export function findRun(given: readonly string[], wanted: string, runs: string): string {
  const ids = given.toSorted();
  const hit =
    wanted === "last"
      ? ids.slice(-1)
      : ids.includes(wanted)
        ? [wanted]
        : ids.filter((id) => id.startsWith(wanted) || id.endsWith(`-${wanted}`));
  const [only, another] = hit;
  if (only && !another) return only;
  throw new KmendError({
    code: another ? "ambiguous-run" : "unknown-run",
    message: another
      ? `Cannot tell which run "${wanted}" is: ${newestOf(hit)}`
      : `Cannot find the run "${wanted}" below ${runs}`,
    hint: another
      ? "Write more of its id, or `last` for the newest. List the runs with\n    kmend runs"
      : "List the runs with\n    kmend runs",
  });
}

/** As many ids as can be read at a glance, the newest first. @param ids sorted, the newest last */
function newestOf(ids: readonly string[]): string {
  const shown = ids.slice(-mostShown).reverse().join(", ");
  return ids.length > mostShown ? `${shown} and ${ids.length - mostShown} more` : shown;
}

/** Of the runs that a beginning of an id may mean. */
const mostShown = 10;
