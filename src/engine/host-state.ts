import type { Block } from "../playbook/playbook.ts";
import { Dict, type Value } from "../template/template.ts";
import type { Handler } from "./handlers.ts";
import { WatchedDict } from "./reads.ts";

/** One host in one run: what it knows, how it stands, what was counted. */
export interface HostState {
  readonly name: string;
  /** Facts as gathered, by their long names (`ansible_kernel`). */
  readonly facts: Dict;
  /** `set_fact`, `register`: data, never templated again. */
  readonly registered: Dict;
  /** `include_vars`. */
  readonly included: Dict;
  /** This play's vars_files for this host; null until they are read, and again when facts have changed. */
  varsFiles: readonly Dict[] | null;
  /** Roles included with `public: true`: their defaults and vars reach the tasks that follow. */
  readonly publicRoles: { readonly defaults: Dict; readonly vars: Dict }[];
  /** Why it takes part no longer, if so. */
  failure: Failure | null;
  isUnreachable: boolean;
  /** Left this play by `meta: end_host`, or this batch by `end_batch`. */
  isEnded: boolean;
  readonly counts: Counts;
  /** Handlers told of a change and not yet run. */
  readonly notified: Set<Handler>;
  /** Of listed roles that run once a host: the block, by its key, of which it has run a task in this play. */
  readonly ranOnce: Map<string, Block>;
  /** Blocks around the running task, innermost last, that still have `rescue` or `always` ahead for this host. */
  readonly nets: Net[];
}

/** A block that will catch a failure, or at least clean up after it. */
export interface Net {
  readonly rescues: boolean;
  readonly cleans: boolean;
}

export interface Failure {
  readonly taskName: string;
  readonly task: Value;
  readonly result: Value;
}

export interface Counts {
  ok: number;
  changed: number;
  unreachable: number;
  failed: number;
  skipped: number;
  rescued: number;
  ignored: number;
}

/** @param isForeseen in a plan it is watched who reads what cannot be known yet */
export function newHostState(name: string, isForeseen = false): HostState {
  const variables = (): Dict => (isForeseen ? new WatchedDict() : new Dict());
  return {
    name,
    facts: variables(),
    registered: variables(),
    included: variables(),
    varsFiles: null,
    publicRoles: [],
    failure: null,
    isUnreachable: false,
    isEnded: false,
    counts: { ok: 0, changed: 0, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0 },
    notified: new Set(),
    ranOnce: new Map(),
    nets: [],
  };
}

/** Its failure stands: no block around will catch it, or clean up after it first. */
export function hasFailed(host: HostState): boolean {
  return host.failure !== null && !host.nets.some((net) => net.rescues || net.cleans);
}

/** Takes part in the next task. */
export function isActive(host: HostState): boolean {
  return host.failure === null && !host.isUnreachable && !host.isEnded;
}
