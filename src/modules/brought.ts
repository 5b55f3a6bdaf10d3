/** What of the controller, or of a file of the host, is brought to a module, and what is put on the host for it. */

import type { Value } from "../template/values.ts";

/** Something of the controller's that a module needs; the engine reads or renders it and passes it on as `Brought`. */
export type Need =
  /** A file's bytes, looked up as Ansible does (`files/` of the role, beside the playbook, ...). */
  | {
      readonly kind: "file";
      readonly name: string;
      readonly path: string;
      /** For a folder, as of a tree. */
      readonly follow?: boolean;
      /** One that `ansible-vault` encrypted is brought encrypted, not as what it hides. */
      readonly asItIs?: boolean;
    }
  /** Every file below a folder; with `follow`, links in it are brought as what they point at. */
  | {
      readonly kind: "tree";
      readonly name: string;
      readonly path: string;
      readonly follow?: boolean;
      readonly asItIs?: boolean;
    }
  /** A template rendered with the task's variables; looked up in `templates/`. */
  | {
      readonly kind: "template";
      readonly name: string;
      readonly path: string;
      readonly settings?: Readonly<Record<string, string | boolean>>;
    }
  /** A YAML or JSON file's value, looked up in `vars/`. */
  | { readonly kind: "vars"; readonly name: string; readonly path: string };

/** What the engine brought for a Need, by its name. */
export interface Brought {
  /** The controller's path it was found at. */
  readonly source: string;
  readonly bytes?: Uint8Array;
  /** For large files: not in memory; the engine streams them into `${where.tmp}/NAME` when `uploads` asks. */
  readonly size: number;
  readonly sha1: string;
  readonly sha256: string;
  readonly md5?: string;
  /** The source's permission bits, for `mode: preserve`. */
  readonly mode: number;
  /** For a tree: each file and folder below it, paths relative to it. */
  readonly entries?: readonly TreeEntry[];
  /** For vars: the file's value. */
  readonly value?: Value;
  /** For a file of the host: what is known of it there. */
  readonly remote?: Remote;
}

/** A file of the host, for a module that brings it to the controller. */
export interface Remote {
  readonly kind: "file" | "directory" | "other" | "absent" | "unreadable";
  /** Whether its bytes are here already, as `source`; before that only what the host says of it is known. */
  readonly isHere: boolean;
  /** The inventory's name of the host. */
  readonly host: string;
  /** The user's home on the host, as the host says. */
  readonly home: string;
  /** Where the controller's relative names begin, and the home that `~` means there. */
  readonly playFolder: string;
  readonly ownHome: string;
}

export interface TreeEntry {
  readonly path: string;
  readonly kind: "file" | "directory" | "link";
  readonly mode: number;
  readonly target?: string;
  /** Of what was encrypted: what it hides. Absent: the file itself is sent. */
  readonly bytes?: Uint8Array;
  readonly size: number;
  readonly sha1: string;
  readonly sha256: string;
}

/** A file the engine puts on the host before apply runs: bytes given here, or what was brought under a name. */
export type Upload =
  | { readonly to: string; readonly bytes: Uint8Array }
  | { readonly to: string; readonly from: string; readonly entry?: string };
