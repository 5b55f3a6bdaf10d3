/** The structures of linux/fuse.h that the server sends, byte for byte. */

import type { Entry, Node, NodeKind } from "./node-system.ts";

const fileTypes: Readonly<Record<NodeKind, number>> = {
  file: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
};
const maxWriteBytes = 128 * 1024;
const noBytes: Buffer = Buffer.alloc(0);

/** fuse_out_header and what follows it; an errno goes out negative. */
export function reply(unique: bigint, errno: number, body = noBytes): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(16 + body.length, 0);
  header.writeInt32LE(-errno, 4);
  header.writeBigUInt64LE(unique, 8);
  return Buffer.concat([header, body]);
}

/** fuse_init_out: version 7.31, or what the kernel speaks if that is older. No flag is asked for. */
export function initReply(request: Buffer): Buffer {
  const out = Buffer.alloc(64);
  out.writeUInt32LE(7, 0);
  out.writeUInt32LE(Math.min(31, request.readUInt32LE(4)), 4);
  out.writeUInt32LE(request.readUInt32LE(8), 8); // max_readahead
  out.writeUInt16LE(16, 16); // max_background
  out.writeUInt16LE(12, 18); // congestion_threshold
  out.writeUInt32LE(maxWriteBytes, 20);
  out.writeUInt32LE(1, 24); // time granularity
  return out;
}

/** fuse_attr_out, valid for no time at all. */
export function attributes(node: Node): Buffer {
  return Buffer.concat([Buffer.alloc(16), attr(node)]);
}

/** fuse_entry_out, valid for no time at all. */
export function entry(node: Node): Buffer {
  const head = Buffer.alloc(40);
  head.writeBigUInt64LE(BigInt(node.id), 0);
  return Buffer.concat([head, attr(node)]);
}

function attr(node: Node): Buffer {
  const out = Buffer.alloc(88);
  out.writeBigUInt64LE(BigInt(node.id), 0);
  out.writeBigUInt64LE(BigInt(node.target?.length ?? 0), 8);
  out.writeUInt32LE(fileTypes[node.kind] | node.mode, 60);
  out.writeUInt32LE(node.kind === "directory" ? 2 + (node.subdirectories?.() ?? 0) : 1, 64); // nlink
  out.writeUInt32LE(4096, 80); // block size
  return out;
}

/** As many fuse_dirent as fit, from the one at this offset on. */
export function directoryPage(entries: readonly Entry[], offset: number, size: number): Buffer {
  const page: Buffer[] = [];
  let used = 0;
  for (let index = offset; index < entries.length; index += 1) {
    const next = dirent(entries[index] as Entry, index + 1);
    used += next.length;
    if (used > size) break;
    page.push(next);
  }
  return Buffer.concat(page);
}

function dirent({ id, name, kind }: Entry, nextOffset: number): Buffer {
  const nameBytes = Buffer.byteLength(name);
  const out = Buffer.alloc(24 + Math.ceil(nameBytes / 8) * 8);
  out.writeBigUInt64LE(BigInt(id), 0);
  out.writeBigUInt64LE(BigInt(nextOffset), 8);
  out.writeUInt32LE(nameBytes, 16);
  out.writeUInt32LE(fileTypes[kind] >> 12, 20);
  out.write(name, 24);
  return out;
}

/** fuse_statfs_out of a file system that holds no blocks. */
export function statfs(): Buffer {
  const out = Buffer.alloc(80);
  out.writeUInt32LE(4096, 40);
  out.writeUInt32LE(255, 44); // longest name
  out.writeUInt32LE(4096, 48);
  return out;
}

/** The NUL-ended names at the start of a request's body. */
export function names(body: Buffer): string[] {
  return body.toString("utf8").split("\0");
}
