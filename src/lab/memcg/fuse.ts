/**
 * The FUSE protocol in plain TypeScript: requests read from /dev/fuse, answered from a `NodeSystem`.
 *
 * Nothing may be cached by the kernel: every time-out is 0 and files are read and written directly, so that each
 * `cat` asks the model and each `echo` reaches it with the writer's pid. Structures and opcodes: linux/fuse.h,
 * version 7.31, little-endian.
 */

import { readSync, writeSync } from "node:fs";
import { KernelError } from "./errno.ts";
import { attributes, directoryPage, entry, initReply, names, reply, statfs } from "./fuse-wire.ts";
import type { Node, NodeSystem } from "./node-system.ts";
import type { Caller } from "./process-table.ts";

/** Room for the largest write that `initReply` allows, and its headers. */
const requestBytes = 128 * 1024 + 4096;
const directIo = 1;
/** What a read of /dev/fuse says when the mount is gone: unmounted, or cut off. */
const endings = ["ENODEV", "ECONNABORTED"];
/** What it says when whoever asked was interrupted meanwhile: ask again. */
const passing = ["ENOENT", "EINTR", "EAGAIN"];

/** An open file or directory: what it showed when it was first read, for the reads that follow. */
interface Handle {
  content?: Buffer;
  entries?: ReturnType<NonNullable<Node["list"]>>;
}

interface Request {
  readonly node: Node;
  readonly caller: Caller;
  /** What follows the header. */
  readonly body: Buffer;
}

/**
 * Serves one mount until it is unmounted. It blocks its thread, so it gets one of its own: an answer then costs two
 * system calls and no wake-up of another thread (waiting in libuv's pool made each answer five times slower).
 */
export function serve(device: number, system: NodeSystem): void {
  const answer = answerer(system);
  const buffer = Buffer.alloc(requestBytes);
  for (;;) {
    const length = nextRequest(device, buffer);
    if (length === null) return;
    const response = answer(buffer.subarray(0, length));
    if (response) send(device, response);
  }
}

function nextRequest(device: number, buffer: Buffer): number | null {
  for (;;) {
    try {
      return readSync(device, buffer);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "";
      if (endings.includes(code)) return null;
      if (!passing.includes(code)) throw error;
    }
  }
}

function send(device: number, response: Buffer): void {
  try {
    writeSync(device, response);
  } catch (error) {
    // ENOENT: whoever asked was interrupted and is not waiting any more.
    if (!["ENOENT", ...endings].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

function answerer(system: NodeSystem): (request: Buffer) => Buffer | null {
  const handles = new Map<number, Handle>();
  let lastHandle = 0;

  function find(id: number): Node {
    const node = system.find(id);
    if (!node) throw new KernelError("ENOENT");
    return node;
  }

  function open(flags: number): Buffer {
    handles.set(++lastHandle, {});
    const out = Buffer.alloc(16);
    out.writeBigUInt64LE(BigInt(lastHandle), 0);
    out.writeUInt32LE(flags, 8);
    return out;
  }

  function handleOf(body: Buffer): Handle {
    return handles.get(Number(body.readBigUInt64LE(0))) ?? {};
  }

  function release({ body }: Request): Buffer {
    handles.delete(Number(body.readBigUInt64LE(0)));
    return Buffer.alloc(0);
  }

  function read({ node, caller, body }: Request): Buffer {
    if (!node.read) throw new KernelError("EINVAL");
    const handle = handleOf(body);
    const offset = Number(body.readBigUInt64LE(8));
    if (offset === 0 || !handle.content) handle.content = Buffer.from(node.read(caller));
    return handle.content.subarray(offset, offset + body.readUInt32LE(16));
  }

  function write({ node, caller, body }: Request): Buffer {
    if (!node.write) throw new KernelError("EINVAL");
    const size = body.readUInt32LE(16);
    node.write(body.toString("utf8", 40, 40 + size).trim(), caller);
    const out = Buffer.alloc(8);
    out.writeUInt32LE(size, 0);
    return out;
  }

  function readDirectory({ node, body }: Request): Buffer {
    const handle = handleOf(body);
    const offset = Number(body.readBigUInt64LE(8));
    if (offset === 0 || !handle.entries) handle.entries = node.list?.() ?? [];
    return directoryPage(handle.entries, offset, body.readUInt32LE(16));
  }

  function rename({ node, body }: Request, namesAt: number): Buffer {
    const [from = "", to = ""] = names(body.subarray(namesAt));
    const newParent = find(Number(body.readBigUInt64LE(0)));
    able(node.rename)(from, newParent, to);
    return Buffer.alloc(0);
  }

  function removeDirectory({ node, body }: Request): Buffer {
    able(node.rmdir)(names(body)[0] ?? "");
    return Buffer.alloc(0);
  }

  const refuse = (code: ConstructorParameters<typeof KernelError>[0]) => (): Buffer => {
    throw new KernelError(code);
  };
  const done = (): Buffer => Buffer.alloc(0);

  const operations: Readonly<Record<number, (request: Request) => Buffer>> = {
    1: ({ node, body }) => entry(known(node.lookup?.(names(body)[0] ?? ""))), // LOOKUP
    3: ({ node }) => attributes(node), // GETATTR
    4: ({ node }) => attributes(node), // SETATTR: `>` truncates before it writes
    5: ({ node }) => Buffer.from(node.target ?? ""), // READLINK
    6: refuse("EPERM"), // SYMLINK
    8: refuse("EACCES"), // MKNOD
    9: ({ node, body }) => entry(known(able(node.mkdir)(names(body.subarray(8))[0] ?? ""))), // MKDIR
    10: refuse("EPERM"), // UNLINK
    11: removeDirectory, // RMDIR
    12: (request) => rename(request, 8), // RENAME
    13: refuse("EPERM"), // LINK
    14: () => open(directIo), // OPEN
    15: read, // READ
    16: write, // WRITE
    17: statfs, // STATFS
    18: release, // RELEASE
    20: done, // FSYNC
    25: done, // FLUSH
    26: ({ body }) => initReply(body), // INIT
    27: () => open(0), // OPENDIR
    28: readDirectory, // READDIR
    29: release, // RELEASEDIR
    30: done, // FSYNCDIR
    34: done, // ACCESS
    35: refuse("EACCES"), // CREATE
    38: done, // DESTROY
    45: (request) => rename(request, 16), // RENAME2
  };
  /** FORGET, INTERRUPT, BATCH_FORGET: nothing is kept per node, and nothing takes long. */
  const unanswered = [2, 36, 42];

  return (request) => {
    const opcode = request.readUInt32LE(4);
    if (unanswered.includes(opcode)) return null;
    const unique = request.readBigUInt64LE(8);
    try {
      const operation = operations[opcode];
      if (!operation) throw new KernelError("ENOSYS");
      const node = find(opcode === 26 ? 1 : Number(request.readBigUInt64LE(16)));
      const caller = { pid: request.readUInt32LE(32) };
      return reply(unique, 0, operation({ node, caller, body: request.subarray(40) }));
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      return reply(unique, error.errno);
    }
  };
}

function known(node: Node | undefined): Node {
  if (!node) throw new KernelError("ENOENT");
  return node;
}

function able<Act>(act: Act | undefined): Act {
  if (act === undefined) throw new KernelError("EPERM");
  return act;
}
