/** The laws of modules, over every case in `cases/`, under every shell: a new case needs no code. */

import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { load } from "js-yaml";
import t, { type Test as T } from "tap";
import { type Brought, findModule, type HostModule, TaskFailed } from "../../src/modules/modules.ts";
import type { Script } from "../../src/script/script.ts";
import { Dict, fromJson, toJson } from "../../src/template/values.ts";
import { argumentsOf, brought, Host, setting, shells } from "./host.ts";

interface Case {
  /** sh that makes the host's files, in the work folder. */
  readonly host?: string;
  /** `@` stands for the work folder. */
  readonly args?: Readonly<Record<string, unknown>>;
  readonly free?: string;
  /** The controller's files, by the Need's name. */
  readonly brought?: Readonly<Record<string, { source: string; text: string; mode?: number }>>;
  /** A folder of the controller, made by sh, by the Need's name. */
  readonly tree?: { readonly name: string; readonly source: string; readonly sh: string };
  readonly plan: "changed" | "ok" | "failed";
  readonly msg?: string;
  /** sh that holds on the host after apply. */
  readonly holds?: string;
  /** Keys of the result, and their values. */
  readonly result?: Readonly<Record<string, unknown>>;
  /** Texts of the diff. */
  readonly diff?: readonly { readonly before?: string; readonly after?: string }[];
  /** Planned again after apply: `changed` for what is never done. */
  readonly again?: "changed" | "ok";
  /** The change has no way back. */
  readonly irreversible?: boolean;
  /** apply says no: what stands on stderr. The host must be as before. */
  readonly refuses?: string;
}

interface How {
  readonly argv: readonly string[];
  /** Also apply twice and revert twice: once for all shells, for it costs. */
  readonly isTwice: boolean;
}

/** `node test/modules/laws.test.ts copy` runs the cases of one module. */
const only = process.argv[2] ?? "*";
t.setTimeout(0);

const scripts = new Map<string, Script>();

for (const path of globSync(join(import.meta.dirname, `cases/${only}/*.yml`)).sort()) {
  const moduleName = basename(dirname(path));
  const module = findModule(moduleName) as HostModule;
  const cases = load(readFileSync(path, "utf8")) as Record<string, Case>;
  for (const [name, each] of Object.entries(cases))
    for (const [shell, argv] of Object.entries(shells))
      t.test(`${moduleName}: ${name} (${shell})`, async (t) =>
        holdLaws(t, module, each, { argv, isTwice: shell === "dash" }),
      );
}

t.test("shellcheck has nothing to say about any script", async (t) => {
  if (spawnSync("shellcheck", ["--version"]).error) {
    t.pass("shellcheck is not installed");
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "kmend-shellcheck-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  let count = 0;
  for (const { text } of scripts.values()) writeFileSync(join(folder, `${count++}.sh`), `${text}\n`);
  // Conditions over values are constant in one script and not in the next; tildes stand in data.
  const done = spawnSync(
    "shellcheck",
    [
      "-s",
      "sh",
      "-S",
      "warning",
      "-e",
      "SC2043,SC2050,SC2194,SC2088,SC2317",
      ...globSync(join(folder, "*.sh")),
    ],
    { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
  t.equal(done.stdout, "");
});

function holdLaws(t: T, module: HostModule, given: Case, how: How): void {
  const host = new Host(how.argv);
  t.teardown(() => host.remove());
  t.teardown(() => {
    for (const script of host.scripts) scripts.set(shape(script, host), script);
  });
  const within = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll("@", host.work)) as T;
  setUp(host, given);
  const first = host.tree();
  const around = setting({ brought: bring(host, within(given)) });
  const outcome = attempt(() => {
    const free = given.free === undefined ? undefined : within(given.free);
    const args = argumentsOf(module, fromJson(within(given.args ?? {})) as Dict, free);
    const state = host.inspect(module, args, around);
    return { args, state, change: module.plan(state, args, around) };
  });
  t.equal(host.tree(), first, "inspect changes nothing");
  if (outcome instanceof TaskFailed) {
    t.equal(given.plan, "failed", outcome.message);
    if (given.msg !== undefined) t.equal(outcome.message, within(given.msg));
    return;
  }
  const { args, state, change } = outcome;
  t.equal(change === null ? "ok" : "changed", given.plan);
  // A module without a `result` adds nothing to what every task returns.
  const shown = (output: Parameters<NonNullable<HostModule["result"]>>[0]["output"]) =>
    toJson(module.result?.({ args, state, change, output, setting: around }) ?? new Dict());
  if (change === null) return void t.match(shown(null), within(given.result ?? {}));

  t.same(JSON.parse(JSON.stringify(change)), change, "a change is JSON");
  if (given.diff) t.match(change.diff, within(given.diff));
  const output = host.apply(module, change, around.brought);
  if (given.refuses !== undefined) {
    t.not(output.code, 0);
    t.match(output.stderr.toString(), within(given.refuses));
    t.equal(host.tree(), first, "a refused change leaves the host as it was");
    return;
  }
  if (!module.exitIsData) t.equal(output.code, 0, Buffer.from(output.stderr).toString());
  t.match(shown(output), within(given.result ?? {}));
  if (given.holds !== undefined) t.equal(sh(host, within(given.holds)), "", "what the case says holds");
  if (module.inspect !== null && !module.exitIsData) {
    const again = module.plan(host.inspect(module, args, around), args, around);
    t.same(again === null ? "ok" : "changed", given.again ?? "ok", "planned again");
  }
  t.equal(change.irreversible !== undefined, given.irreversible ?? false, "irreversible as said");
  if (change.irreversible !== undefined) return void t.equal(module.revert(change, host.where), null);

  const applied = host.tree();
  if (how.isTwice && given.again !== "changed") {
    t.equal(host.apply(module, change, around.brought).code, 0, "apply twice");
    t.equal(host.tree(), applied, "apply twice is as once");
  }
  for (const time of how.isTwice ? ["first", "second"] : ["first"]) {
    const reverted = host.run(module.revert(change, host.where) as Script);
    t.equal(reverted.code, 0, `${time} revert: ${Buffer.from(reverted.stderr)}`);
    t.same(
      host.inspect(module, args, around),
      change.before,
      `after the ${time} revert inspect sees the first state`,
    );
    t.equal(host.tree(), first, `after the ${time} revert every file is as it was`);
  }
}

function setUp(host: Host, { host: script }: Case): void {
  const problem = sh(host, script ?? ":");
  if (problem !== "") throw new Error(problem);
}

/** What went wrong, or nothing. */
function sh(host: Host, script: string): string {
  const done = spawnSync("sh", ["-ec", script], { cwd: host.work, encoding: "utf8" });
  return done.status === 0 ? "" : `exit ${done.status} of: ${script}\n${done.stdout}${done.stderr}`;
}

function bring(host: Host, given: Case): Record<string, Brought> {
  const all: Record<string, Brought> = {};
  for (const [name, { source, text, mode }] of Object.entries(given.brought ?? {}))
    all[name] = brought(source, text, mode === undefined ? {} : { mode });
  if (given.tree) all[given.tree.name] = bringTree(host, given.tree, given.args?.["local_follow"] !== false);
  return all;
}

function bringTree(host: Host, { source, sh }: NonNullable<Case["tree"]>, follow: boolean): Brought {
  const folder = join(host.root, "controller");
  mkdirSync(folder);
  spawnSync("sh", ["-ec", sh], { cwd: folder });
  const listing = spawnSync(
    "find",
    [follow ? "-L" : "-P", ".", "-mindepth", "1", "-printf", "%P\\t%y\\t%m\\t%l\\0"],
    {
      cwd: folder,
      encoding: "utf8",
    },
  ).stdout;
  const kinds: Readonly<Record<string, "file" | "directory" | "link">> = {
    f: "file",
    d: "directory",
    l: "link",
  };
  const entries = listing
    .split("\0")
    .filter((line) => line !== "")
    .sort()
    .map((line) => {
      const [path = "", kind = "f", mode = "0", target = ""] = line.split("\t");
      const text = kind === "f" ? readFileSync(join(folder, path), "utf8") : "";
      const { size, sha1, sha256 } = brought(path, text);
      const entry = { path, kind: kinds[kind] ?? "file", mode: Number.parseInt(mode, 8), size, sha1, sha256 };
      return kind === "l" ? { ...entry, target } : entry;
    });
  // `source` is what the task wrote; the files are read from where they lie here.
  return { ...brought(source, ""), source: folder, entries };
}

function attempt<T>(work: () => T): T | TaskFailed {
  try {
    return work();
  } catch (error) {
    if (error instanceof TaskFailed) return error;
    throw error;
  }
}

/** The same script for another host's folder is the same script. */
function shape(script: Script, host: Host): string {
  return script.text.replaceAll(host.root, "@");
}
