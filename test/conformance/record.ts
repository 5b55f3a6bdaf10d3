/** Asks the judge, ansible-playbook, and writes its answers beside the cases: `node test/conformance/record.ts [NAME...]`. */

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Answer, allCases, type Case, writtenValues } from "./case.ts";

const wanted = process.argv.slice(2);
const waiting = allCases().filter((each) => wanted.length === 0 || wanted.includes(each.name));
await Promise.all([1, 2, 3].map(work));

async function work(): Promise<void> {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const answer = await ask(next);
    writeFileSync(next.answerFile, `${JSON.stringify(answer, null, 2)}\n`);
    console.log(`${next.name}: exit ${answer.exitCode}`);
  }
}

async function ask(asked: Case): Promise<Answer> {
  const out = mkdtempSync(join(tmpdir(), "kmend-judge-"));
  try {
    const argv = [
      "-i",
      `${asked.hosts.join(",")},`,
      "-c",
      "local",
      "-e",
      `out=${out}`,
      ...asked.args,
      asked.playbook,
    ];
    const { code, text } = await run("ansible-playbook", argv);
    return { exitCode: code, recap: recapOf(text), values: writtenValues(out) };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function recapOf(text: string): Answer["recap"] {
  const lines = text.slice(text.indexOf("PLAY RECAP")).split("\n");
  const recap: Record<string, Record<string, number>> = {};
  for (const line of lines) {
    const [, host, numbers] = /^(\S+)\s+: (ok=.*)$/.exec(line) ?? [];
    if (!host || !numbers) continue;
    recap[host] = Object.fromEntries(
      [...numbers.matchAll(/(\w+)=(\d+)/g)].map(([, key, value]) => [key, Number(value)]),
    );
  }
  return recap;
}

function run(program: string, argv: readonly string[]): Promise<{ code: number; text: string }> {
  const env = {
    ...process.env,
    ANSIBLE_NOCOLOR: "1",
    ANSIBLE_LOCALHOST_WARNING: "0",
    ANSIBLE_PYTHON_INTERPRETER: "/usr/bin/python3",
  };
  const child = spawn(program, argv, { env, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  child.stderr.resume();
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, text }));
  });
}
