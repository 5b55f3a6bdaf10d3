/** What a path is on the host, as inspect saw it: JSON, comparable, all that a revert's proof needs. */

export type PathState = AbsentPath | FileState | DirectoryState | LinkState | OtherState;

export interface AbsentPath {
  readonly path: string;
  readonly kind: "absent";
}

export interface Attributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly owner: string;
  readonly group: string;
}

export interface FileState extends Attributes {
  readonly path: string;
  readonly kind: "file";
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly sha1?: string;
  readonly sha256?: string;
  readonly content?: Content;
}

/** Size and times of a folder follow from what lies in it, so they are no part of its state. */
export interface DirectoryState extends Attributes {
  readonly path: string;
  readonly kind: "directory";
}

export interface LinkState extends Attributes {
  readonly path: string;
  readonly kind: "link";
  readonly target: string;
}

/** A device, a socket, a FIFO. */
export interface OtherState extends Attributes {
  readonly path: string;
  readonly kind: "other";
}

/** A file's bytes as text; `latin1` (a byte a letter) where they are not UTF-8. */
export interface Content {
  readonly text: string;
  readonly encoding: "utf-8" | "latin1";
}

/** Larger files are compared by their checksums; no diff shows them. */
export const contentLimit = 1024 * 1024;

export function toContent(bytes: Uint8Array): Content {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, encoding: "utf-8" };
  } catch {
    return { text: Buffer.from(bytes).toString("latin1"), encoding: "latin1" };
  }
}

export function toBytes(content: Content): Uint8Array {
  return Buffer.from(content.text, content.encoding === "utf-8" ? "utf8" : "latin1");
}

/** Four octal digits, as Ansible shows permissions: `0644`. */
export function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
