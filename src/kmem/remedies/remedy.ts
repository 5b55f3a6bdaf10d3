/** What a remedy says of itself: wizard, scan and plan read it, and so does whoever chooses one. */

import type { NodeState } from "./node-state.ts";

export interface Remedy {
  readonly name: string;
  /** An order: what is done. */
  readonly does: string;
  /** The shipped playbook that does it, by its name: `kmend.playbooks.fix-kubelet`. */
  readonly playbook: string;
  /** What no longer leaks, or no longer is held, once it is done. */
  readonly mends: string;
  /** What stays as it was, though people expect otherwise. */
  readonly leaves: string;
  /** The nodes that it is for, in words; `helps` decides. */
  readonly appliesTo: string;
  readonly needs: Need;
  /** What has to be had before it can be done; absent where the playbook brings all. */
  readonly takes?: string;
  /** How that is made, where nobody hands it out ready-made. */
  readonly preparedBy?: Preparation;
  readonly undoneBy: string;
  /** What can go wrong, and how sure it is that it works. */
  readonly risk: string;
  /** Whether it changes anything on such a node. */
  helps(state: NodeState): boolean;
  /** The node once it is done. */
  after(state: NodeState): NodeState;
  /** Whether it brings leaked ids back, whatever else it mends; absent where it brings none. */
  readonly givesBack?: GivesBack;
}

export interface GivesBack {
  readonly gives: string;
  /** Not where it was measured to free nothing. */
  isOffered(kernel: { readonly canReclaim: boolean }): boolean;
}

/** What the node's users notice: nothing; little; other behaviour of a newer version; that their pods move; that the node is away. */
export type Need = "nothing" | "restart" | "upgrade" | "drain" | "reboot";

/** Work that brings what a remedy takes, done elsewhere than on a node. As data for people and for JSON. */
export interface Preparation {
  readonly name: string;
  /** An order: what is done. */
  readonly does: string;
  readonly mends: string;
  readonly leaves: string;
  readonly appliesTo: string;
  readonly runsOn: string;
  /** What has to be there. */
  readonly takes: string;
  /** How long it takes, and how sure that is. */
  readonly lasts: string;
  readonly undoneBy: string;
  readonly risk: string;
  readonly playbook: string;
  readonly readMore: string;
}
