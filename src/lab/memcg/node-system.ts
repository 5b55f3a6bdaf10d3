/** A small file system as data: what the FUSE protocol asks of a tree, and nothing of the protocol itself. */

import type { Caller } from "./process-table.ts";

export type NodeKind = "file" | "directory" | "symlink";

export interface Entry {
  readonly id: number;
  readonly name: string;
  readonly kind: NodeKind;
}

/** A file, directory or link. What it lacks it cannot do; a refusal is a thrown KernelError. */
export interface Node {
  readonly id: number;
  readonly kind: NodeKind;
  readonly mode: number;
  readonly target?: string;
  readonly read?: (caller: Caller) => string;
  /** Gets one write, without the line end that `echo` adds. */
  readonly write?: (text: string, caller: Caller) => void;
  readonly subdirectories?: () => number;
  readonly lookup?: (name: string) => Node | undefined;
  readonly list?: () => readonly Entry[];
  readonly mkdir?: (name: string) => Node;
  readonly rmdir?: (name: string) => void;
  readonly rename?: (name: string, newParent: Node, newName: string) => void;
}

export interface NodeSystem {
  /** The node of this id; the root is 1. */
  readonly find: (id: number) => Node | undefined;
}
