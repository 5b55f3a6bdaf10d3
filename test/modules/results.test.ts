/** What a task registers has Ansible's keys and values, as the real one recorded them (`judge/recorded.json`). */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { findModule, type HostModule, TaskFailed } from "../../src/modules/modules.ts";
import { type Dict, fromJson, toJson } from "../../src/template/values.ts";
import { argumentsOf, Host, setting, shells } from "./host.ts";

type Result = Record<string, unknown>;

interface Recorded {
  readonly module: string;
  readonly host?: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly result: Result;
  readonly text?: string | null;
  /** Why kmend does otherwise on purpose; only the outcome is compared. */
  readonly differs?: string;
}

/** Keys whose values no two runs share, or that are Ansible's own: its traces, its temp files, its diffs. */
const unlike = new Set([
  "start",
  "end",
  "delta",
  "src",
  "backup",
  "backup_file",
  "diff",
  "exception",
  "warnings",
  "invocation",
  "atime",
  "mtime",
  "ctime",
  "inode",
  "dev",
  "version",
  "blocks",
  "attr_flags",
  "attributes",
  "mimetype",
  "charset",
]);
/** Keys that are Ansible's alone, and why: a failure says its sentence and nothing else; a folder's size is its
 *  file system's affair; these are no part of what a playbook can rely on. */
const theirs = new Set(["diff", "exception", "warnings", "size", "invocation", "ansible_facts"]);
/** Failures that are worded in our own way: the pattern tells what both must name. */
const ownWords: readonly RegExp[] = [
  /Unsupported parameters/,
  /value of state must be one of/,
  /missing required arguments/,
];

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, "judge/recorded.json"), "utf8"),
) as readonly Recorded[];

for (const each of recorded) {
  const title = `${each.module} ${JSON.stringify(each.args)}${each.host ? ` after ${each.host}` : ""}`;
  t.test(title, async (t) => {
    // The judge ran as root at home.
    const host = new Host(shells["dash"] ?? [], "/root");
    t.teardown(() => host.remove());
    const { result, text } = run(host, each);
    const wanted = each.result;
    t.equal(result["changed"] ?? false, wanted["changed"], "changed");
    t.equal(result["failed"] ?? false, wanted["failed"], "failed");
    if (each.differs !== undefined) return;
    if (text !== undefined || each.text !== undefined) t.equal(text, each.text, "the file's text");
    if (wanted["failed"] === true && !["command", "shell"].includes(each.module)) {
      const pattern = ownWords.find((words) => words.test(String(wanted["msg"])));
      if (pattern) t.match(String(result["msg"]), pattern);
      else t.equal(result["msg"], wanted["msg"], "msg");
      return;
    }
    compare(t, result, wanted);
  });
}

function compare(
  t: {
    equal(a: unknown, b: unknown, m: string): unknown;
    same(a: unknown, b: unknown, m: string): unknown;
    ok(a: unknown, m: string): unknown;
  },
  result: Result,
  wanted: Result,
): void {
  for (const [key, value] of Object.entries(wanted)) {
    if (key === "changed" || key === "failed" || theirs.has(key)) continue;
    t.ok(key in result, `has ${key}`);
    if (key === "stat") compare(t, (result[key] ?? {}) as Result, value as Result);
    else if (!unlike.has(key)) t.same(result[key], value, key);
  }
}

/** The whole task on a host of its own: what is registered, with `@` for the folder, and the text of `f`. */
function run(
  host: Host,
  { module: name, host: script, args: given, text }: Recorded,
): { result: Result; text?: string | null } {
  const made = spawnSync("sh", ["-c", script ?? ":"], { cwd: host.work, encoding: "utf8" });
  if (made.status !== 0) throw new Error(made.stderr);
  const result = JSON.parse(JSON.stringify(register(host, name, given)).replaceAll(host.work, "@")) as Result;
  if (text === undefined) return { result };
  const file = join(host.work, "f");
  return { result, text: existsSync(file) && statSync(file).isFile() ? readFileSync(file, "utf8") : null };
}

function register(host: Host, name: string, given: Recorded["args"]): unknown {
  const module = findModule(name) as HostModule;
  const around = setting();
  try {
    const args = argumentsOf(
      module,
      fromJson(JSON.parse(JSON.stringify(given).replaceAll("@", host.work))) as Dict,
    );
    const state = host.inspect(module, args, around);
    const change = module.plan(state, args, around);
    const output = change === null ? null : host.apply(module, change, {});
    if (output && !module.exitIsData && output.code !== 0)
      throw new Error(Buffer.from(output.stderr).toString());
    const result = module.result?.({ args, state, change, output, setting: around, endedMs: 0 });
    return { changed: change !== null, ...(toJson(result ?? null) as Result) };
  } catch (error) {
    if (!(error instanceof TaskFailed)) throw error;
    return { changed: false, failed: true, msg: error.message, ...error.result };
  }
}
