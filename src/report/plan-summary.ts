import type { Act, Event, Events, WayBack } from "../journal/journal.ts";
import { formatPlace } from "../problem/problem.ts";
import { actWords } from "./act-words.ts";
import { byHostName, firstHosts } from "./host-order.ts";
import { howMany } from "./how-many.ts";
import { harmless } from "./style.ts";
import { wayBackWords } from "./written/way-back-words.ts";

/** One predicted change, and the hosts it would be made on. */
interface Prediction {
  readonly task: string;
  readonly acts: readonly Act[];
  readonly wayBack: string | undefined;
  readonly why?: string;
  readonly hosts: Set<string>;
}

/** What a dry run predicts, for a change board: each change with its hosts and its way back, then what would fail, what
 *  cannot be known before, and the hosts where all is right already.
 *  @param mostHosts so many hosts are named at one place, of more the first ones; all where nothing is said */
export function planSummary(events: readonly Event[], mostHosts = Number.MAX_SAFE_INTEGER): string {
  const listed = (all: Iterable<string>): string => firstHosts([...all].sort(byHostName), mostHosts);
  const ended = events.filter((event) => event.type === "task:ended");
  const hosts = [...new Set(events.flatMap((event) => (event.type === "play:started" ? event.hosts : [])))];
  // What changes the play alone (group_by, set_fact) has no way back and needs none.
  const foretold = events.filter((event) => event.type === "prediction:made");
  const acts = Map.groupBy(foretold, spotOf);
  const fold = (found: readonly Found[]): Prediction[] =>
    folded(found, (each) => actsOf(acts.get(spotOf(each))));
  const changes = fold(ended.filter((event) => event.outcome === "changed" && event.wayBack !== undefined));
  const unknown = fold(
    foretold.length > 0 ? foretold.filter(({ says }) => says === "unknown") : ended.filter(isUnknowable),
  );
  const failing = ended.filter(
    (event) => (event.outcome === "failed" || event.outcome === "unreachable") && !event.ignored,
  );
  const touched = new Set([...changes, ...unknown].flatMap((each) => [...each.hosts]));
  const unasked = new Set(events.findLast((event) => event.type === "run:cut-short")?.untouched);
  const right = hosts.filter(
    (host) => !touched.has(host) && !unasked.has(host) && !failing.some((event) => event.host === host),
  );
  return [
    `PLAN for ${howMany(hosts.length, "host")}`,
    section(
      "Would change",
      changes.map((each) =>
        [each.task, ...doing(each), `on: ${listed(each.hosts)}`, `way back: ${each.wayBack}`].join(
          "\n      ",
        ),
      ),
    ),
    section(
      "Cannot be known before it runs",
      unknown.map(({ task, acts: does, hosts: on, why, wayBack }) =>
        [
          task,
          ...doing({ acts: does }),
          `on: ${listed(on)}`,
          ...(wayBack === undefined ? [] : [`way back: ${wayBack}`]),
          ...(why === undefined ? [] : [`why: ${why}`]),
        ].join("\n      "),
      ),
    ),
    section(
      "Would fail",
      failures(failing).map(({ says, hosts: on }) => `${listed(on)}: ${says}`),
    ),
    section("Right already", right.length > 0 ? [listed(right)] : []),
    section("Not asked, as the run ended before", unasked.size > 0 ? [listed(unasked)] : []),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** Hosts that the same task fails on, with the same words. */
function failures(
  failing: readonly Events["task:ended"][],
): readonly { readonly says: string; readonly hosts: string[] }[] {
  const bySaying = new Map<string, string[]>();
  for (const event of failing) {
    const says = `${harmless(event.task.name)}: ${message(event)}`;
    bySaying.set(says, [...(bySaying.get(says) ?? []), event.host]);
  }
  return [...bySaying].map(([says, hosts]) => ({ says, hosts }));
}

function section(title: string, entries: readonly string[]): string {
  return entries.length === 0 ? "" : `${title}:\n${entries.map((entry) => `  - ${entry}`).join("\n")}`;
}

/** A command that check mode skipped, or a loop of them: nobody knows what it would do. */
export function isUnknowable(event: Events["task:ended"]): boolean {
  if (event.outcome !== "skipped") return false;
  const said = event.result as (Skipped & { results?: unknown }) | null;
  // A loop says only that all of it was skipped: each round has its reason, or has none.
  return Array.isArray(said?.results)
    ? (said.results as readonly Skipped[]).some((each) => hasNoReason(each))
    : hasNoReason(said);
}

interface Skipped {
  readonly msg?: unknown;
  readonly skip_reason?: unknown;
}

function hasNoReason(said: Skipped | null): boolean {
  return typeof said?.msg === "string" && said.skip_reason === undefined;
}

type Found = Pick<Events["task:ended"], "host" | "task" | "wayBack"> & { readonly why?: string };

const spotOf = ({ host, task }: Pick<Found, "host" | "task">): string => `${host} ${task.id}`;

/** A loop's rounds may do it again. */
function actsOf(foretold: readonly Events["prediction:made"][] = []): readonly Act[] {
  return [...new Set(foretold.flatMap(({ act }) => act ?? []))];
}

/** What those who use the hosts will notice. */
function doing({ acts }: Pick<Prediction, "acts">): string[] {
  return acts.length === 0 ? [] : [acts.map((act) => actWords[act]).join(", ")];
}

function folded(events: readonly Found[], actsAt: (found: Found) => readonly Act[]): Prediction[] {
  const groups = new Map<string, Prediction>();
  for (const event of events) {
    // A command says by itself that nobody knows what it does.
    const why = event.why?.endsWith("if not in check mode") ? undefined : event.why;
    // What is only unknown because of what it reads has no way back to speak of yet.
    const wayBack = why === undefined || event.wayBack ? describeWayBack(event.wayBack) : undefined;
    // The same task of another batch has another number, and the same place.
    const acts = actsAt(event);
    const key = `${formatPlace(event.task.place)}\n${wayBack}\n${why}\n${acts}`;
    const group = groups.get(key) ?? {
      task: harmless(event.task.name),
      acts,
      wayBack,
      hosts: new Set(),
      ...(why === undefined ? {} : { why: harmless(why) }),
    };
    group.hosts.add(event.host);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function describeWayBack(wayBack: WayBack | undefined): string {
  const { kind, says } = wayBackWords(wayBack);
  return harmless(kind === "none" ? `NONE: ${says}` : says);
}

function message(event: Events["task:ended"]): string {
  const said = (event.result as { msg?: unknown } | null)?.msg;
  return harmless(typeof said === "string" ? said : "no message");
}
