/** Asks `ansible-playbook` what it registers for each case, and writes its answers to `recorded.json`. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";

const folder = import.meta.dirname;
const cases = load(readFileSync(join(folder, "cases.yml"), "utf8")) as readonly {
  module: string;
  host?: string;
  args: object;
}[];
const root = mkdtempSync(join(tmpdir(), "kmend-judge-"));
const placed = (index: number) => join(root, String(index));

const tasks = cases.map(({ module, host, args }, index) => {
  mkdirSync(placed(index));
  execFileSync("sh", ["-ec", host ?? ":"], { cwd: placed(index) });
  const given = JSON.parse(JSON.stringify(args).replaceAll("@", placed(index))) as object;
  return { [`ansible.builtin.${module}`]: given, ignore_errors: true };
});
const play = { hosts: "localhost", connection: "local", gather_facts: false, tasks };
writeFileSync(join(root, "play.yml"), JSON.stringify([play]));
try {
  const printed = execFileSync("ansible-playbook", ["-i", "localhost,", join(root, "play.yml")], {
    encoding: "utf8",
    env: { ...process.env, ANSIBLE_STDOUT_CALLBACK: "json", ANSIBLE_PIPELINING: "1" },
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 64 * 1024 * 1024,
  });
  const run = JSON.parse(printed.slice(printed.indexOf("{"))) as Run;
  const answers = cases.map((each, index) => {
    const {
      invocation: _,
      action: __,
      _ansible_no_log: ___,
      ...said
    } = run.plays[0].tasks[index]?.hosts.localhost ?? {};
    const plain = JSON.parse(
      JSON.stringify({ failed: false, ...said }).replaceAll(placed(index), "@"),
    ) as object;
    const file = join(placed(index), "f");
    const isText = /infile|replace|copy/.test(each.module);
    return { ...each, result: plain, ...(isText ? { text: textOf(file) } : {}) };
  });
  writeFileSync(join(folder, "recorded.json"), `${JSON.stringify(answers, null, 1)}\n`);
} finally {
  rmSync(root, { recursive: true, force: true });
}

interface Run {
  readonly plays: readonly [
    { readonly tasks: readonly { readonly hosts: { readonly localhost: Record<string, unknown> } }[] },
  ];
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
