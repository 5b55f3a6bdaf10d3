/** Against a real sshd: logging in, becoming others, dead links, the way through other hosts, and what is left afterwards. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { appendFileSync, existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import t, { type Test } from "tap";
import {
  type Become,
  type ConnectorOptions,
  createConnector,
  type Shell,
  type Target,
} from "../../src/connection/connection.ts";
import { raw, sh } from "../../src/script/script.ts";
import { noSshd, password, startSshd, type TestSshd } from "./sshd.ts";

// Logins and forks are slow where the machine is busy.
t.test("over ssh", { skip: noSshd, timeout: 280_000 }, async (t) => {
  const sshd = await startSshd();
  t.teardown(() => sshd.stop());
  await t.test("a noisy login does not matter", patient, (t) => noisy(t, sshd));
  await t.test("logging in", patient, (t) => logins(t, sshd));
  await t.test("becoming somebody else", patient, (t) => becoming(t, sshd));
  await t.test("no secret stands in an argument list", patient, (t) => argumentLists(t, sshd));
  await t.test("through other hosts", patient, (t) => jumps(t, sshd));
  await t.test("ends of a link", patient, (t) => links(t, sshd));
  await t.test("the system's ssh", patient, (t) => openssh(t, sshd));
  await t.test("many at once", patient, (t) => many(t, sshd));
  await t.test("nothing is left", patient, (t) => leftovers(t, sshd));
});

const patient = { timeout: 120_000 };

/** Opens the login user's shell, lends it, and takes everything back. */
async function withShell(
  target: Target,
  use: (shell: Shell) => Promise<void>,
  options: ConnectorOptions = {},
) {
  const connector = createConnector(options);
  try {
    await use(await (await connector.open(target)).shell(null));
  } finally {
    await connector.closeAll();
  }
}

async function who(target: Target, options: ConnectorOptions = {}): Promise<string> {
  let user = "";
  await withShell(
    target,
    async (shell) => {
      user = shell.session.user;
    },
    options,
  );
  return user;
}

async function noisy(t: Test, sshd: TestSshd) {
  const bashrc = join(sshd.folder, "home-root/.bashrc");
  writeFileSync(
    bashrc,
    "echo kmend- welcome; echo 'assword: ' >&2; printf 'no newline'; export LC_ALL=xx_XX.UTF-9 ENV=/nope\n",
  );
  await withShell(sshd.target(), async (shell) => {
    const output = await shell.run(raw('echo "$LC_ALL"; echo err >&2'));
    t.same([text(output.stdout), text(output.stderr)], ["C\n", "err\n"]);
    t.same(shell.session, { user: "root", uid: 0, home: join(sshd.folder, "home-root"), tmp: "/tmp" });
  });
  writeFileSync(bashrc, "");
}

async function logins(t: Test, sshd: TestSshd) {
  const { key } = sshd;
  const { privateKeyFile: _, ...keyless } = sshd.target();
  const agentless = { ...keyless, sshArgs: "-o IdentityAgent=none -i /nonexistent" };
  t.equal(await who(sshd.target({ user: "ops" })), "ops", "a key");
  t.equal(await who({ ...agentless, user: "ops", password }), "ops", "a password");
  await t.rejects(who({ ...agentless, password: "wrong" }), {
    code: "authentication-failed",
    message: /web1: .*as root.*\/nonexistent \(no such file\).*the password/,
  });
  await t.rejects(who(agentless), { code: "authentication-failed" });

  const locked = join(sshd.folder, "locked");
  execFileSync("ssh-keygen", ["-q", "-t", "rsa", "-b", "2048", "-N", "open sesame", "-f", locked]);
  appendFileSync(join(sshd.folder, "authorized"), readFileSync(`${locked}.pub`));
  const asked: string[] = [];
  const askPassphrase = (file: string) => {
    asked.push(file);
    return Promise.resolve("open sesame");
  };
  t.equal(await who(sshd.target({ privateKeyFile: locked }), { askPassphrase }), "root", "an encrypted key");
  t.same(asked, [locked]);
  const withLocked = sshd.target({ privateKeyFile: locked, sshArgs: "-o IdentityAgent=none" });
  await t.rejects(who(withLocked), { message: /encrypted, and no passphrase given/ });
  const askWrong = { askPassphrase: () => Promise.resolve("no") };
  await t.rejects(who(withLocked, askWrong), { message: /the passphrase is wrong/ });

  const agent = join(sshd.folder, "agent");
  const process_ = spawn("ssh-agent", ["-D", "-a", agent], { stdio: "ignore" });
  t.teardown(() => process_.kill());
  while (!existsSync(agent)) await sleep(10);
  execFileSync("ssh-add", ["-q", key], { env: { ...process.env, SSH_AUTH_SOCK: agent } });
  t.equal(await who({ ...keyless, sshArgs: `-o IdentityAgent=${agent}` }), "root", "an agent");
  const onlyLocked = `-o IdentityAgent=${agent} -o IdentitiesOnly=yes -i ${locked}`;
  await t.rejects(
    who({ ...keyless, sshArgs: onlyLocked }),
    { message: /the agent's 0 keys/ },
    "IdentitiesOnly",
  );

  await t.rejects(who(sshd.target({ sshArgs: "-W x:1" })), { code: "unknown-ssh-option", message: /-W/ });
}

async function becoming(t: Test, sshd: TestSshd) {
  const become = async (login: string, how: Become) => {
    const connector = createConnector();
    try {
      const connection = await connector.open(sshd.target({ user: login }));
      const shell = await connection.shell(how);
      const file = join("/tmp", `kmend-become-${process.pid}`);
      await shell.put({ bytes: Buffer.from("mine\0") }, file);
      const output = await shell.run(sh`cat ${file} | wc -c; rm ${file}; id -un; echo err >&2`);
      t.equal(text(output.stderr), "err\n");
      await t.rejects(shell.run(raw("sleep 311"), { timeoutMs: 500 }), { code: "timeout" });
      t.notOk(isRunning("sleep 311"), "a timeout reaches what another user started");
      return `${text(output.stdout).replaceAll("\n", " ")}${shell.session.home.split("/").at(-1)}`;
    } finally {
      await connector.closeAll();
    }
  };
  const sudo = { method: "sudo", user: "root" } as const;
  t.equal(await become("ops", { ...sudo, password }), "5 root home-root", "sudo with a password");
  t.equal(
    await become("ops", { ...sudo, password, flags: "-H -S -n" }),
    "5 root home-root",
    "and flags that forbid it",
  );
  t.equal(await become("free", sudo), "5 root home-root", "sudo without");
  t.equal(await become("free", { ...sudo, user: "none" }), "5 none home-none", "to an ordinary user");
  t.equal(await become("root", { method: "su", user: "ops" }), "5 ops home-ops", "su by root");
  const refused: readonly (readonly [string, Become, RegExp])[] = [
    ["ops", { ...sudo, password: "wrong" }, /web1: Cannot become root by sudo: the password is wrong/],
    ["ops", sudo, /wants a password and none was given/],
    ["none", { ...sudo, password }, /does not allow this login to become root/],
    ["free", { ...sudo, user: "nemo" }, /the host has no user nemo/],
    ["root", { method: "su", user: "nemo" }, /the host has no user nemo/],
    ["free", { ...sudo, exe: "/opt/sudo" }, /\/opt\/sudo is not installed there/],
    ["free", { method: "su", user: "root", password: "wrong" }, /by su: the password is wrong/],
  ];
  for (const [login, how, message] of refused) {
    await t.rejects(become(login, how), { code: "become-failed", message }, String(message));
  }
  t.equal(
    await become("free", { method: "su", user: "root", password }),
    "5 root home-root",
    "su with a password",
  );
}

async function argumentLists(t: Test, sshd: TestSshd) {
  const connector = createConnector();
  t.teardown(() => connector.closeAll());
  const connection = await connector.open(sshd.target({ user: "ops" }));
  const shell = await connection.shell({ method: "sudo", user: "root", password });
  const list = await shell.run(raw("cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null"), {
    env: { SECRET: "only in this environment" },
  });
  t.notMatch(text(list.stdout), "correct horse");
}

async function jumps(t: Test, sshd: TestSshd) {
  const config = join(sshd.folder, "ssh_config");
  const common = `HostName ${sshd.address}\nPort ${sshd.port}\nIdentityFile ${sshd.key}\nUserKnownHostsFile ${sshd.knownHosts}`;
  writeFileSync(`${config}.d`, `Host inner\nProxyJump bastion\nUser ops\n${common}\n`);
  writeFileSync(
    config,
    [`Include ${config}.d`, `Host bastion`, "User free", common, "Host piped", common]
      .concat([
        "User none",
        `ProxyCommand nc %h %p`,
        `Host ${sshd.address}`,
        common,
        "Host circle",
        "ProxyJump circle",
        common,
      ])
      .join("\n"),
  );
  const { address: _a, port: _p, user: _u, privateKeyFile: _k, knownHostsFiles: _f, ...rest } = sshd.target();
  const named = (address: string, sshArgs = "") => ({ ...rest, address, configFile: config, sshArgs });
  t.equal(await who(named("inner")), "ops", "ProxyJump of the configuration, included");
  t.equal(
    await who(
      named("bastion", `-J inner,none@${sshd.address}:${sshd.port} -l root -o IdentitiesOnly=yes`),
    ).catch(String),
    "root",
    "-J over two hosts",
  );
  if (existsSync("/usr/bin/nc") || existsSync("/bin/nc"))
    t.equal(await who(named("piped")), "none", "ProxyCommand");
  await t.rejects(who(named("circle")), { code: "jump-loop" });
  const closed = { ...named("inner"), port: 1 };
  await t.rejects(who(closed), { code: "unreachable", message: /through 127\.0\.0\.77/ });
}

async function links(t: Test, sshd: TestSshd) {
  await t.rejects(who(sshd.target({ port: 1 })), {
    code: "unreachable",
    message: /127\.0\.0\.77:1: the port is closed/,
  });
  await t.rejects(who(sshd.target({ address: "kmend.invalid" })), {
    code: "unreachable",
    message: /no such host name|DNS/,
  });
  const garbage = await listening((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  t.teardown(() => garbage.close());
  await t.rejects(who(sshd.target({ address: "127.0.0.1", port: garbage.port })), {
    code: "unreachable",
    message: /no sshd, it says "HTTP/,
  });
  const silent = await listening(() => {});
  t.teardown(() => silent.close());
  await t.rejects(who(sshd.target({ address: "127.0.0.1", port: silent.port, connectTimeoutMs: 300 })), {
    code: "unreachable",
    message: /longer than 0\.3 s/,
  });

  const connector = createConnector();
  t.teardown(() => connector.closeAll());
  const connection = await connector.open(sshd.target());
  const shell = await connection.shell(null);
  // The shell's parent is the sshd process of this connection alone.
  const child = Number(text((await shell.run(raw("echo $PPID"))).stdout));
  const started = performance.now();
  const waiting = [shell.run(raw("sleep 321")), shell.run(raw("true"))];
  process.kill(child, "SIGSTOP");
  await Promise.all(
    waiting.map((each) =>
      t.rejects(each, { code: "unreachable", message: /stopped answering/ }, "a host that stops answering"),
    ),
  );
  t.ok(performance.now() - started < 10_000, "is noticed in seconds");
  process.kill(child, "SIGKILL");
  await t.rejects(shell.run(raw("true")), { code: "unreachable" }, "what is lost stays lost");
  await connection.close();
  await connection.close();
  t.equal(
    (await (await connector.open(sshd.target())).shell(null)).session.user,
    "root",
    "but who asks again gets another one",
  );
  await t.test("is left alone by a run that ends before it is noticed", async (t) => {
    const another = createConnector();
    const opened = await another.open(sshd.target());
    const frozen = await opened.shell(null);
    const pid = Number(text((await frozen.run(raw("echo $PPID"))).stdout));
    const stop = new AbortController();
    const cut = frozen.run(raw("sleep 321"), { signal: stop.signal });
    process.kill(pid, "SIGSTOP");
    stop.abort();
    await t.rejects(cut, { code: "interrupted" });
    await another.closeAll();
    process.kill(pid, "SIGKILL");
  });
}

async function openssh(t: Test, sshd: TestSshd) {
  await withShell(sshd.target({ kind: "openssh" }), async (shell) => {
    const output = await shell.run(raw("echo out; echo err >&2; exit 5"));
    t.same([output.code, text(output.stdout), text(output.stderr)], [5, "out\n", "err\n"]);
  });
  await t.rejects(who(sshd.target({ kind: "openssh", port: 1 })), {
    code: "unreachable",
    message: /refused/,
  });
}

async function many(t: Test, sshd: TestSshd) {
  const connector = createConnector({ handshakesAtOnce: 30 }); // more than MaxStartups lets through
  const names = Array.from({ length: 30 }, (_, index) => `web${index}`);
  const users = names.map(async (name) => {
    const connection = await connector.open(sshd.target({ name, connectTimeoutMs: 60_000 }));
    const [one, other] = await Promise.all([connection.shell(null), connection.shell(null)]);
    t.equal(one, other, "a shell is shared");
    return one.session.user;
  });
  t.same(new Set(await Promise.all(users)), new Set(["root"]), "dropped handshakes are tried again");
  await connector.closeAll();
}

async function leftovers(t: Test, sshd: TestSshd) {
  const connector = createConnector();
  const connection = await connector.open(sshd.target());
  const shell = await connection.shell(null);
  const running = shell.run(raw("sleep 331; true"));
  const rejected = t.rejects(running, { code: "interrupted" });
  while (!isRunning("sleep 331")) await sleep(10);
  await connector.closeAll();
  await rejected;
  for (const until = Date.now() + 10_000; Date.now() < until && children(sshd.process) > 0; ) await sleep(20);
  t.equal(children(sshd.process), 0, "no process on the host");
  t.notOk(isRunning("sleep 331"), "nor what a script started");
  await t.rejects(shell.run(raw("true")), { code: "unreachable", message: /closed/ });
  const sockets = process.getActiveResourcesInfo().filter((each) => each.startsWith("TCPSocket"));
  t.same(sockets, [], "no socket here");
}

function children(parent: ChildProcess): number {
  const parents = processes("stat").map((stat) => stat.replace(/^.*\) /s, "").split(" ")[1]);
  return parents.filter((each) => each === String(parent.pid)).length;
}

function isRunning(command: string): boolean {
  return processes("cmdline").some((line) => line.replaceAll("\0", " ").trim() === command);
}

function processes(file: "stat" | "cmdline"): string[] {
  return globSync(`/proc/[0-9]*/${file}`).flatMap((path) => {
    try {
      return [readFileSync(path, "utf8")];
    } catch {
      return []; // it ended meanwhile
    }
  });
}

async function listening(onSocket: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
