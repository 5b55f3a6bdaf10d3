/** A folder that stands for a host, and a real shell: does with a module what the engine does. */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Brought,
  type HostModule,
  parseArguments,
  type Setting,
  type Where,
} from "../../src/modules/modules.ts";
import type { Output } from "../../src/script/output.ts";
import type { Script } from "../../src/script/script.ts";
import { Dict } from "../../src/template/values.ts";

/** The shells that every script must run under, as argv. */
export const shells: Readonly<Record<string, readonly string[]>> = {
  dash: ["dash"],
  busybox: ["busybox", "sh"],
  bash: ["bash", "--posix"],
  mksh: ["mksh"],
};

// biome-ignore lint/suspicious/noExplicitAny: cases run modules of every type
type Any = any;

export class Host {
  readonly root = mkdtempSync(join(tmpdir(), "kmend-modules-"));
  readonly where: Where;
  readonly scripts: Script[] = [];
  readonly #shell: readonly string[];
  readonly #home: string;

  constructor(shell: readonly string[], home?: string) {
    this.#shell = shell;
    this.#home = home ?? this.work;
    this.where = { save: join(this.root, ".kmend/save 'x"), tmp: join(this.root, ".kmend/tmp y") };
    mkdirSync(this.where.save, { recursive: true });
    mkdirSync(this.where.tmp, { recursive: true });
    mkdirSync(this.work);
  }

  /** Where the case's files lie. */
  get work(): string {
    return join(this.root, "work");
  }

  /** Runs a script as the session does: on stdin, in the work folder. */
  run(script: Script): Output {
    this.scripts.push(script);
    const [program = "sh", ...args] = this.#shell;
    const started = process.hrtime.bigint();
    const done = spawnSync(program, args, {
      cwd: this.work,
      input: `{\n${script.text}\n} </dev/null\n`,
      env: { PATH: process.env["PATH"], HOME: this.#home, LC_ALL: "C.UTF-8" },
      maxBuffer: 64 * 1024 * 1024,
    });
    if (done.error) throw done.error;
    if (done.signal) throw new Error(`the shell was ended by ${done.signal}`);
    const durationMs = Number(process.hrtime.bigint() - started) / 1e6;
    return { code: done.status ?? 255, stdout: done.stdout, stderr: done.stderr, durationMs };
  }

  inspect(module: HostModule, args: Any, setting: Setting): Any {
    const inspection = module.inspect?.(args, setting) ?? null;
    return inspection === null ? null : inspection.parse(this.run(inspection.script));
  }

  apply(module: HostModule, change: Any, brought: Readonly<Record<string, Brought>>): Output {
    for (const upload of module.uploads?.(change, this.where) ?? []) {
      const source = "bytes" in upload ? upload.bytes : bytesOf(brought, upload.from, upload.entry);
      writeFileSync(upload.to, source, { mode: 0o600 });
    }
    return this.run(module.apply(change, this.where));
  }

  /** Every path of the work folder with its attributes and bytes; folders without times. */
  tree(): string {
    return readdirSync(this.work, { recursive: true, encoding: "utf8" })
      .map((name) => `${name} ${describe(join(this.work, name))}`)
      .sort()
      .join("\n");
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** A setting as an ordinary run has it. */
export function setting(more: Partial<Setting> = {}): Setting {
  return { checkMode: false, diff: true, user: "root", uid: 0, facts: new Dict(), brought: {}, ...more };
}

/** What the engine would have read for a Need. */
export function brought(source: string, text: string, more: Partial<Brought> = {}): Brought {
  const bytes = new TextEncoder().encode(text);
  const sum = (algorithm: string) => createHash(algorithm).update(bytes).digest("hex");
  return {
    source,
    bytes,
    size: bytes.length,
    sha1: sum("sha1"),
    sha256: sum("sha256"),
    mode: 0o644,
    ...more,
  };
}

/** Arguments as the module gets them. */
export function argumentsOf(module: HostModule, given: Dict, free?: string): Any {
  return parseArguments(module, given, free);
}

function bytesOf(
  all: Readonly<Record<string, Brought>>,
  name: string,
  entry: string | undefined,
): Uint8Array {
  const found = all[name];
  if (!found) throw new Error(`nothing was brought as ${name}`);
  if (entry !== undefined) return readFileSync(join(found.source, entry));
  return found.bytes ?? readFileSync(found.source);
}

/** Kind, permissions, owner; a file's time in seconds (busybox keeps no more) and its bytes; a link's target. */
function describe(path: string): string {
  const { mode, uid, gid, mtimeMs } = lstatSync(path);
  const common = `${mode.toString(8)} ${uid} ${gid}`;
  const kind = mode & 0o170000;
  if (kind === 0o120000) return `${common} ${readlinkSync(path)}`;
  if (kind !== 0o100000) return common;
  return `${common} ${Math.floor(mtimeMs / 1000)} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`;
}
