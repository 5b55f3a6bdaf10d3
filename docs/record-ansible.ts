/** Asks an installed ansible-core for the names that it has, and writes them down: `node docs/record-ansible.ts`. */

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Names and nothing else: the compatibility page compares them with kmend's registries. */
export interface AnsibleNames {
  readonly version: string;
  readonly keywords: readonly string[];
  readonly filters: readonly string[];
  readonly tests: readonly string[];
  readonly lookups: readonly string[];
  readonly flags: readonly string[];
  /** Each module's options, aliases left out. */
  readonly modules: Readonly<Record<string, readonly string[]>>;
}

function ask(program: string, ...args: readonly string[]): string {
  const { stdout, status, error } = spawnSync(program, args, {
    encoding: "utf8",
    maxBuffer: 64e6,
    env: { ...process.env, COLUMNS: "200", ANSIBLE_NOCOLOR: "1" },
  });
  if (error || status !== 0)
    throw new Error(`${program} ${args.join(" ")} exited with ${status}`, { cause: error });
  return stdout;
}

function builtins(type: string): string[] {
  const lines = ask("ansible-doc", "-t", type, "-l").split("\n");
  return lines.flatMap((line) => /^ansible\.builtin\.(\w+)\s/.exec(line)?.[1] ?? []);
}

function keywords(): string[] {
  const lines = ask("ansible-doc", "-t", "keyword", "-l").split("\n");
  return lines.flatMap((line) => /^([a-z_]+): /.exec(line)?.[1] ?? []);
}

function flags(): string[] {
  const lines = ask("ansible-playbook", "--help").split("\n");
  const heads = lines.filter((line) => /^ {2}-/.test(line));
  const long = heads.flatMap((line) =>
    [...line.matchAll(/(?<=^|[ ,])--[a-z][a-z-]*/g)].map(([flag]) => flag),
  );
  return [...new Set(long)].sort();
}

function modules(): Record<string, readonly string[]> {
  const names = builtins("module").sort();
  const described = JSON.parse(ask("ansible-doc", "-t", "module", "--json", ...names)) as Record<
    string,
    { readonly doc: { readonly options?: Readonly<Record<string, unknown>> } }
  >;
  return Object.fromEntries(
    names.map((name) => [name, Object.keys(described[name]?.doc.options ?? {}).sort()]),
  );
}

if (import.meta.main) {
  const version = /core ([\d.]+)/.exec(ask("ansible-playbook", "--version"))?.[1] ?? "";
  const names: AnsibleNames = {
    version,
    keywords: keywords().sort(),
    filters: builtins("filter").sort(),
    tests: builtins("test").sort(),
    lookups: builtins("lookup").sort(),
    flags: flags(),
    modules: modules(),
  };
  writeFileSync(join(import.meta.dirname, "ansible-names.json"), `${JSON.stringify(names, null, 2)}\n`);
}
