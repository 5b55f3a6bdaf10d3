/**
 * In a plan: what the changes before would leave on each host, and what of the tasks after them can be known all the same.
 *
 * Must: a task is never said to fail, change or be right where that hangs on something that has not been done. Should: what can be worked out
 * is. A command is taken to touch what its words name; nobody knows what else it does.
 */

import type { AnyChange, Foreseen, HostModule, Sights } from "../modules/modules.ts";
import type { Doing } from "./doing.ts";
import { unknownRead } from "./reads.ts";
import type { Run } from "./run.ts";

/** One change, or task of which nobody knows what it would change, that comes before. */
interface Ahead {
  readonly task: string;
  /** Its words, where nobody knows what it touches. */
  readonly words: string | null;
  readonly isReboot: boolean;
  readonly paths: readonly string[];
  readonly units: readonly string[];
  readonly packages: readonly string[];
}

/** What is foreseen of one host. */
interface HostForesight extends Foreseen {
  readonly ahead: Ahead[];
  /** Places of includes to which nobody knows whether the host comes, and why. */
  readonly unsureIncludes: Map<string, string>;
  readonly paths: Map<string, Foreseen["paths"] extends ReadonlyMap<string, infer State> ? State : never>;
  readonly units: Map<string, Foreseen["units"] extends ReadonlyMap<string, infer Look> ? Look : never>;
}

/** By the host that is changed: a delegate's tasks see one another, whoever's they are. */
export type Foresights = Map<string, HostForesight>;

function foresightOf(foresights: Foresights, host: string): HostForesight {
  const known = foresights.get(host);
  if (known) return known;
  const made = { ahead: [], paths: new Map(), units: new Map(), unsureIncludes: new Map() };
  foresights.set(host, made);
  return made;
}

/** Why a module that was shown this state cannot know; or the state as the changes before would leave it. */
export function foreseen<State>(
  module: HostModule,
  doing: Doing,
  state: State,
): { readonly state: State; readonly why?: string } {
  const host = foresightOf(doing.run.foresights, doing.on);
  if (host.ahead.length === 0) return { state };
  const sights = sightsOf(module, doing, state);
  if (sights === null) return { state, why: reason(host.ahead.at(-1)) };
  const opaque = host.ahead.findLast((each) => isOpaqueTo(each, sights));
  if (opaque) return { state, why: reason(opaque) };
  const inTheWay = host.ahead.findLast((each) => touches(each, sights));
  if (!inTheWay) return { state };
  const corrected = state === null ? null : (module.foresight?.corrected?.(state, host, doing.args) ?? null);
  return corrected === null ? { state, why: reason(inTheWay) } : { state: corrected as State };
}

/** null: everything. */
function sightsOf(module: HostModule, { args }: Doing, state: unknown): Sights | null {
  if (module.foresight) return module.foresight.sees(args, state);
  // Whether a command runs at all is decided by these; what it does is another matter.
  if (module.checkMode === "skip") {
    const { creates, removes } = args as { readonly creates?: string; readonly removes?: string };
    return { paths: [creates, removes].filter((path) => path !== undefined) };
  }
  return null;
}

/** Something failed that looked at a host which is otherwise by then. */
export function mayBeOtherwise({ run, on }: Pick<Doing, "run" | "on">): string | undefined {
  const last = run.foresights.get(on)?.ahead.at(-1);
  return last && reason(last);
}

/** The same, where only what is known comes before: what does not touch the module cannot help it either.
 *  @param why it cannot be known anyway */
export function mayNotFail(
  module: HostModule,
  { run, on }: Pick<Doing, "run" | "on">,
  why: string | undefined,
): string | undefined {
  const ahead = run.foresights.get(on)?.ahead ?? [];
  const isOpaque = (each: Ahead): boolean => each.words !== null || each.isReboot || each.packages.length > 0;
  const opaque = module.foresight ? ahead.findLast(isOpaque) : ahead.at(-1);
  return why ?? (opaque && reason(opaque));
}

function reason(ahead: Ahead | undefined): string {
  return `it depends on what "${ahead?.task ?? "a task"}" will have done before`;
}

function isOpaqueTo({ words, isReboot, packages }: Ahead, sights: Sights): boolean {
  if (sights.isAbsent && packages.length > 0) return true;
  if (isReboot) return (sights.units ?? []).length > 0 || (sights.paths ?? []).some(isVolatile);
  if (words === null) return false;
  const named = [
    ...(sights.paths ?? []),
    ...(sights.units ?? []).map((unit) => unit.replace(/\.service$/, "")),
    ...(sights.packages ?? []),
  ];
  return named.some((name) => mentions(words, name));
}

/** Gone, or made anew, by a boot. */
function isVolatile(path: string): boolean {
  return /^\/(run|tmp|proc|sys|dev|var\/run)(\/|$)/.test(path);
}

function mentions(words: string, name: string): boolean {
  const at = name.length > 1 ? words.indexOf(name) : -1;
  if (at < 0) return false;
  const around = /[\w.-]/;
  return !around.test(words[at - 1] ?? " ") || name.startsWith("/");
}

function touches(ahead: Ahead, sights: Sights): boolean {
  return (
    (sights.paths ?? []).some((path) => ahead.paths.some((other) => meet(path, other))) ||
    (sights.units ?? []).some(
      (unit) => ahead.units.includes(unit) || ahead.paths.some((path) => isOf(path, unit)),
    ) ||
    (sights.packages ?? []).some((name) => ahead.packages.includes(name))
  );
}

/** The same path, or one above the other. */
function meet(a: string, b: string): boolean {
  const [one, other] = [`${a.replace(/\/+$/, "")}/`, `${b.replace(/\/+$/, "")}/`];
  return one.startsWith(other) || other.startsWith(one);
}

function isOf(path: string, unit: string): boolean {
  return path.includes("/systemd/") && path.includes(`/${unit}`);
}

/** Keeps in mind what a task would leave; also where nobody knows whether it will. */
export function remember(
  module: HostModule,
  doing: Doing,
  { change, state }: { readonly change: AnyChange | null; readonly state: unknown },
): void {
  const host = foresightOf(doing.run.foresights, doing.on);
  const isUnsure = change === null || unknownRead() !== undefined;
  const traces = change && module.foresight?.leaves?.(change, doing.setting);
  const sights =
    change === null && module.foresight && state !== null ? module.foresight.sees(doing.args, state) : {};
  const paths = traces?.paths ?? [];
  const units = traces?.units ?? [];
  const touched = [...(traces?.touched ?? []), ...(sights.paths ?? [])];
  for (const path of paths) host.paths.set(path.path, isUnsure ? null : path);
  for (const path of touched) host.paths.set(path, null);
  for (const look of units) host.units.set(look.unit, isUnsure ? null : look);
  for (const unit of sights.units ?? []) host.units.set(unit, null);
  host.ahead.push({
    task: doing.plan.ref.name,
    words: module.foresight ? null : wordsOf(doing),
    isReboot: module.name === "reboot",
    paths: [...paths.map(({ path }) => path), ...touched],
    units: [...units.map(({ unit }) => unit), ...(sights.units ?? [])],
    packages: [...(traces?.packages ?? []), ...(sights.packages ?? [])],
  });
}

function wordsOf({ args }: Doing): string {
  return JSON.stringify(args) ?? "";
}

export function noteUnsureInclude({ foresights }: Run, host: string, place: string, why: string): void {
  foresightOf(foresights, host).unsureIncludes.set(place, why);
}

/** A task that a condition keeps out now, and may not keep out then. */
export function rememberWords({ foresights }: Run, host: string, task: string, words: string): void {
  foresightOf(foresights, host).ahead.push({
    task,
    words,
    isReboot: false,
    paths: [],
    units: [],
    packages: [],
  });
}
