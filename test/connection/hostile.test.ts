/** A shell that is none: whatever it answers, it costs a limited time and memory, and ends in a sentence. */

import { spawn } from "node:child_process";
import t from "tap";
import { childWire } from "../../src/connection/local/local-transport.ts";
import { mostOutputBytes } from "../../src/connection/shell/exchange.ts";
import { FramedShell } from "../../src/connection/shell/framed-shell.ts";
import { type OpenedShell, openShell } from "../../src/connection/shell/opening.ts";
import { raw } from "../../src/script/script.ts";

t.setTimeout(60_000);

const pids = new Set<number>();
t.teardown(() => {
  for (const pid of pids) endGroup(pid);
});

function start(script: string) {
  const child = spawn("sh", ["-c", script], { detached: true, stdio: "pipe" });
  if (child.pid !== undefined) pids.add(child.pid);
  return childWire("liar", child);
}

/** With whatever the liar had started. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // it is gone
  }
}

/** Answers each frame by a lie, in which `$mark` is the frame's own end mark. */
function liar(lie: string): FramedShell {
  const script = `while IFS= read -r line; do case $line in
*'set -- $?; echo kmend-'*) mark=\${line#*echo }; mark=\${mark%%'$'*}
${lie}
;; esac; done`;
  const open = (): OpenedShell => {
    const wire = start(script);
    for (const stream of [wire.stdout, wire.stderr]) stream.on("data", () => {});
    return { wire, session: { user: "root", uid: 0, home: "/", tmp: "/tmp" }, sessionId: 0 };
  };
  return new FramedShell({ host: "liar", open: async () => open() }, open());
}

const answer = `echo "\${mark}0" >&2; echo "\${mark}0"`;

for (const [where, lie] of Object.entries({
  "on stdout": "yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  "on stderr": "yes bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb >&2",
  "in one line": "tr '\\0' x </dev/zero",
}))
  t.test(`endless output ${where} is cut, in bounded memory`, async (t) => {
    const shell = liar(lie);
    t.teardown(() => shell.close());
    const before = process.memoryUsage().rss;
    await t.rejects(shell.run(raw("true")), {
      code: "too-much-output",
      message: /^liar: Cannot take in what the script prints: it is more than 16 MiB\n.*ended/,
    });
    const grown = process.memoryUsage().rss - before;
    t.ok(grown < 8 * mostOutputBytes, `${Math.round(grown / 1024 / 1024)} MiB more`);
  });

t.test("endless output in place of a begin mark is cut, too", async (t) => {
  const shell = liar("yes before");
  t.teardown(() => shell.close());
  await t.rejects(shell.run(raw("cat"), { stdin: Buffer.from("x") }), { code: "too-much-output" });
});

t.test("what is just short of too much is taken in", async (t) => {
  const shell = liar(`head -c ${mostOutputBytes - 200} /dev/zero; ${answer}`);
  t.teardown(() => shell.close());
  t.equal((await shell.run(raw("true"))).stdout.length, mostOutputBytes - 200);
});

for (const code of ["256", "99999", "-1", "abc", "", "1e2", "0x1", " 0", "0 ", "00000000"])
  t.test(`an exit code of "${code}" is none`, async (t) => {
    const shell = liar(`echo "\${mark}${code}" >&2; echo "\${mark}${code}"`);
    t.teardown(() => shell.close());
    await t.rejects(shell.run(raw("true")), {
      code: "unreachable",
      message: /^liar: Cannot speak to its shell: it answers with an exit code that no shell has/,
    });
  });

t.test("a mark without an end is not waited for", async (t) => {
  const shell = liar('printf %s "$mark"; tr "\\0" 1 </dev/zero');
  t.teardown(() => shell.close());
  await t.rejects(shell.run(raw("true")), { code: "unreachable" });
});

t.test("marks of its own making end nothing, and an answer too early is not the next one's", async (t) => {
  const fake = "echo kmend-000000000000000000000000; echo kmend-0000000000000000000000000; echo 'kmend-E0'";
  const shell = liar(`${fake}; ${answer}; echo "\${mark}7"; echo late; echo "\${mark}7" >&2`);
  t.teardown(() => shell.close());
  const first = await shell.run(raw("true"));
  t.equal(first.code, 0);
  t.match(Buffer.from(first.stdout).toString(), /^kmend-0{24}\nkmend-0{25}\nkmend-E0\n$/);
  const second = await shell.run(raw("true"));
  t.equal(second.code, 0, "by its own mark");
});

t.test("the answer of an earlier script, late and twice, is no answer", async (t) => {
  const shell = liar(`echo "\${old}7"; echo "\${old}7" >&2; ${answer}; ${answer}; old=$mark`);
  t.teardown(() => shell.close());
  for (const nth of ["first", "second", "third"])
    t.equal((await shell.run(raw("true"))).code, 0, `the ${nth} has its own`);
});

t.test(
  "one that never answers is given up when its time is over, and closing it does not hang",
  async (t) => {
    const shell = liar("sleep 1000");
    const began = Date.now();
    await t.rejects(shell.run(raw("true"), { timeoutMs: 200 }), { code: "timeout" });
    await shell.close();
    t.ok(Date.now() - began < 15_000, `after ${Date.now() - began} ms`);
  },
);

for (const [name, lie] of Object.entries({
  "says nothing more": "sleep 1000",
  "prints for ever": "yes kmend",
  "answers with no code": `while read -r line; do case $line in *kmend-*) mark=\${line#*echo }; mark=\${mark%%"$"*}; echo "\${mark}x"; esac; done`,
}))
  t.test(`a host that shows the first mark and then ${name} is unreachable`, async (t) => {
    const transport = {
      start: async (command: string) => {
        const [mark = ""] = /kmend-[0-9a-f]{24}/.exec(command) ?? [];
        return start(`echo ${mark}; ${lie}`);
      },
      close: async () => {},
    };
    const opening = { host: "liar", become: null, timeoutMs: 700 };
    await t.rejects(openShell(transport, opening), { code: "unreachable", message: /^liar: Cannot / });
  });
