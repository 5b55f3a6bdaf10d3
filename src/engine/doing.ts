import type { Become, Shell } from "../connection/connection.ts";
import type { Json, Reached, WayBack } from "../journal/journal.ts";
import type { Setting } from "../modules/modules.ts";
import type { Dict } from "../template/template.ts";
import type { LockPlace } from "./locks.ts";
import type { PlannedTask } from "./plan.ts";
import type { Run } from "./run.ts";

/** One module about to act on one host, everything found out. */
export interface Doing {
  readonly run: Run;
  readonly plan: Pick<PlannedTask, "ref">;
  /** Whose task it is, and the host it acts on: another one where the task is delegated. */
  readonly host: string;
  readonly on: string;
  readonly shell: Shell;
  /** Drops the host's connection and opens another; with a time limit of its own, in ms, where one is given. */
  reopen(connectTimeoutMs: number | null): Promise<Shell>;
  readonly lockPlace: LockPlace;
  /** The host that it acts on is the controller itself. */
  readonly isController: boolean;
  readonly become: Become | null;
  readonly reached?: Reached;
  /** Typed arguments, and what the playbook gave for them. */
  // biome-ignore lint/suspicious/noExplicitAny: each module knows the type of its own arguments
  readonly args: any;
  readonly given: Dict;
  readonly free: string | undefined;
  readonly setting: Setting;
  readonly env: Readonly<Record<string, string>> | undefined;
  /** For each script, and for the whole of a wait; 0: none. */
  readonly timeoutMs: number;
  readonly item: Json | undefined;
  readonly isSecret: boolean;
  /** The playbook's own way back, if it has one. */
  readonly ownWayBack: WayBack | null;
  /** `changed_when: false`: the author's word that a command changes nothing. */
  readonly isReadOnly: boolean;
}
