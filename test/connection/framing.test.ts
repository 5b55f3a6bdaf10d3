/** Scripts can't break their frame, whatever shell the host has. */

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { childWire } from "../../src/connection/local/local-transport.ts";
import { FramedShell } from "../../src/connection/shell/framed-shell.ts";
import type { OpenedShell } from "../../src/connection/shell/opening.ts";
import { raw, sh } from "../../src/script/script.ts";

const shells: Readonly<Record<string, readonly [string, ...string[]]>> = {
  dash: ["dash"],
  "busybox ash": ["busybox", "sh"],
  bash: ["bash"],
  "bash --posix": ["bash", "--posix"],
  mksh: ["mksh"],
  ksh: ["ksh"],
  yash: ["yash"],
};

interface Case {
  readonly fact: string;
  readonly script: string;
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string | RegExp;
}

const cases: readonly Case[] = [
  {
    fact: "both streams and the code",
    script: "echo out; echo err >&2; (exit 7)",
    code: 7,
    stdout: "out\n",
    stderr: "err\n",
  },
  { fact: "exit ends only the script", script: "exit 3; echo no", code: 3 },
  { fact: "set -e ends only the script", script: "set -e; false; echo no", code: 1 },
  { fact: "a syntax error ends only the script", script: "if", code: -1, stderr: /./ },
  { fact: "an unclosed quote ends only the script", script: "echo 'oops", code: -1, stderr: /./ },
  { fact: "a closing brace does not close the frame", script: "echo a; }", code: -1, stderr: /./ },
  { fact: "no output, no newline", script: "printf 'no newline'", stdout: "no newline" },
  { fact: "a comment at the end", script: "echo a # no newline behind this", stdout: "a\n" },
  { fact: "a here-document", script: "cat <<'END'\n$a `b`\nEND", stdout: "$a `b`\n" },
  { fact: "stdin is empty, not the next frame", script: 'cat; read -r line; echo "$line"', stdout: "\n" },
  {
    fact: "the start of a mark is no mark",
    script: "printf kmend-; printf kmend- >&2",
    stdout: "kmend-",
    stderr: "kmend-",
  },
  { fact: "an exit trap runs", script: "trap 'echo bye' EXIT; echo hi", stdout: "hi\nbye\n" },
  { fact: "a trap does not stay", script: "trap", stdout: "" },
  { fact: "a lost PATH", script: "PATH=; no-such-command", code: 127, stderr: /./ },
  { fact: "PATH is back", script: "ls / >/dev/null", code: 0 },
  { fact: "closed streams", script: "exec >&- 2>&-; exit 4", code: 4 },
  { fact: "an exec", script: "exec sh -c 'echo replaced'", stdout: "replaced\n" },
  { fact: "a failing exec", script: "exec no-such-command", code: 127, stderr: /./ },
  { fact: "variables and folders are set", script: "kept=1; cd /; umask 0777; set -u -- a b", code: 0 },
  { fact: "... and do not leak", script: 'echo "$kept-$#"; [ "$PWD" != / ] || echo moved', stdout: "-0\n" },
  { fact: "a function does not leak", script: "echo() { :; }; exit 0", code: 0 },
  { fact: "... into the marks", script: "echo still", stdout: "still\n" },
  { fact: "an alias does not leak", script: "alias echo=false; exit 0", code: 0 },
];

for (const [name, argv] of Object.entries(shells)) {
  const isHere = (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(join(folder, argv[0])));
  t.test(`under ${name}`, { skip: isHere ? false : `${argv[0]} is not installed` }, async (t) => {
    const shell = shellOver(argv);
    t.teardown(() => shell.close());
    for (const each of cases) {
      const output = await shell.run(raw(each.script));
      if (each.code === -1) t.not(output.code, 0, each.fact);
      else t.equal(output.code, each.code ?? 0, each.fact);
      t.equal(text(output.stdout), each.stdout ?? (each.code === -1 ? text(output.stdout) : ""), each.fact);
      if (each.stderr instanceof RegExp) t.match(text(output.stderr), each.stderr, each.fact);
      else t.equal(text(output.stderr), each.stderr ?? "", each.fact);
    }
    const all = Buffer.from(Array.from({ length: 256 * 40 }, (_, index) => index % 256));
    const echoed = await shell.run(raw("cat; echo $? >&2"), { stdin: all });
    t.ok(all.equals(echoed.stdout), "every byte goes there and back");
    t.equal(
      (await shell.run(raw("true"), { stdin: Buffer.alloc(1_000_000, "x") })).code,
      0,
      "unread stdin is swept away",
    );
    t.equal(text((await shell.run(raw("echo next"))).stdout), "next\n");
    const large = `: '${"x".repeat(300_000)}'; echo large`;
    t.equal(text((await shell.run(raw(large))).stdout), "large\n", "a script larger than a pipe");
    const env = { A: "it's $HOME", B_2: "" };
    t.equal(
      text((await shell.run(sh`printf '%s|%s' "$A" "$B_2"`, { env })).stdout),
      "it's $HOME|",
      "its environment",
    );
    t.equal(text((await shell.run(raw("echo $A"))).stdout), "\n", "which ends with it");
    const much = await shell.run(raw("head -c 3000000 /dev/zero; head -c 2000000 /dev/zero >&2"));
    t.same([much.stdout.length, much.stderr.length], [3_000_000, 2_000_000], "megabytes on both streams");
    const background = await shell.run(raw("sleep 300 & echo $!"));
    t.equal(background.code, 0, "a background job that holds stdout does not hold the frame");
    t.equal((await shell.run(sh`kill ${text(background.stdout).trim()}`)).code, 0);
    t.equal((await shell.run(raw("kill -9 $$; sleep 1"))).code, 137, "a script may kill its shell");
    t.equal(text((await shell.run(raw("echo alive"))).stdout), "alive\n", "and the next one opens another");
  });
}

t.test("a timeout ends what the script started, and the shell goes on", async (t) => {
  const shell = shellOver(["sh"]);
  t.teardown(() => shell.close());
  const folder = mkdtempSync(join(tmpdir(), "kmend-timeout-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const pids = join(folder, "pids");
  const slow = sh`sleep 301 & echo $! >${pids}; sh -c 'echo $$ >>'${pids}'; sleep 302; :'; echo no`;
  await t.rejects(shell.run(slow, { timeoutMs: 1000 }), { code: "timeout" });
  for (const pid of readFileSync(pids, "utf8").trim().split("\n"))
    t.notOk(isRunning(pid), `process ${pid} is gone`);
  t.equal(text((await shell.run(raw("echo alive"))).stdout), "alive\n");

  const abort = new AbortController();
  const running = shell.run(
    sh`echo $$ >${pids}; trap 'echo cleaned >>${pids}; exit' TERM; sleep 303 & wait`,
    {
      signal: abort.signal,
    },
  );
  while (!readFileSync(pids, "utf8").includes("\n")) await sleep(10);
  abort.abort();
  await t.rejects(running, { code: "interrupted" });
  await t.rejects(
    shell.run(raw("true"), { signal: abort.signal }),
    { code: "interrupted" },
    "aborted before it began",
  );
});

t.test("files arrive whole, or not at all", async (t) => {
  const shell = shellOver(["sh"]);
  t.teardown(() => shell.close());
  const folder = mkdtempSync(join(tmpdir(), "kmend put's "));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) % 256));
  const [from, to] = [join(folder, "from"), join(folder, "to")];
  await shell.put({ bytes }, to);
  t.ok(readFileSync(to).equals(bytes), "bytes");
  t.equal(execFileSync("stat", ["-c", "%a", to]).toString(), "600\n", "private");
  writeFileSync(from, bytes);
  await shell.put({ file: from }, `${to}2`);
  t.ok(readFileSync(`${to}2`).equals(bytes), "a file");
  await shell.put({ bytes: Buffer.alloc(0) }, `${to}3`);
  t.equal(readFileSync(`${to}3`).length, 0, "nothing");
  const got = await shell.get(to);
  t.ok(bytes.equals(got.bytes ?? Buffer.alloc(0)), "and back");
  const chunks: Uint8Array[] = [];
  const streamed = await shell.get(to, (chunk) => void chunks.push(chunk));
  t.same([streamed.bytes, streamed.size, streamed.sha256], [null, bytes.length, got.sha256], "streamed");
  t.ok(bytes.equals(Buffer.concat(chunks)));
  await t.rejects(shell.put({ bytes }, folder), { code: "transfer-failed", message: /it is a folder/ });
  await t.rejects(shell.put({ bytes }, join(folder, "no/such")), {
    code: "transfer-failed",
    message: /No such|nonexistent/,
  });
  await t.rejects(shell.get(join(folder, "nothing")), { code: "transfer-failed", message: /No such/ });
  await t.rejects(shell.put({ bytes }, "/dev/full/x"), { code: "transfer-failed" });
  t.equal(execFileSync("ls", [folder]).toString(), "from\nto\nto2\nto3\n", "nothing staged is left");
});

function shellOver(argv: readonly [string, ...string[]]): FramedShell {
  const open = (): OpenedShell => {
    const child = spawn(argv[0], argv.slice(1), {
      detached: true,
      stdio: "pipe",
      env: { ...process.env, LC_ALL: "C" },
    });
    const wire = childWire("here", child);
    for (const stream of [wire.stdout, wire.stderr]) stream.on("data", () => {});
    const session = { user: "root", uid: 0, home: "/", tmp: "/tmp" };
    return { wire, session, sessionId: child.pid ?? 0 };
  };
  return new FramedShell({ host: "here", open: () => Promise.resolve(open()) }, open());
}

function isRunning(pid: string): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
