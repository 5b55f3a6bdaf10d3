/**
 * A real sshd on a loopback address for the tests: its own host key, and, in a mount namespace of its own, its own users
 * and sudoers, so that the machine's are not touched.
 */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Target } from "../../src/connection/connection.ts";

/** Why no sshd can be had here, or false. */
export const noSshd: string | false = whyNot();

/** The users' password. */
export const password = 'correct horse\'s "battery"';

/** A running sshd. */
export interface TestSshd {
  readonly folder: string;
  readonly address: string;
  readonly port: number;
  readonly knownHosts: string;
  readonly key: string;
  readonly process: ChildProcess;
  target(change?: Partial<Target>): Target;
  stop(): Promise<void>;
}

/** Starts one with users `ops` (sudo with the password), `free` (sudo without) and `none` (no sudo). */
export async function startSshd(lines: readonly string[] = []): Promise<TestSshd> {
  const folder = mkdtempSync(join(tmpdir(), "kmend-sshd-"));
  const [address, port] = ["127.0.0.77", 20_000 + Math.floor(Math.random() * 10_000)];
  const file = (name: string) => join(folder, name);
  const key = file("id");
  for (const name of ["host", "id"])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file(name)]);
  for (const name of ["root", "ops", "free", "none"]) mkdirSync(file(`home-${name}`));
  chmodSync(folder, 0o755);
  writeFileSync(file("authorized"), readFileSync(`${key}.pub`));
  writeUsers(folder);
  const config = [
    `ListenAddress ${address}:${port}`,
    `HostKey ${file("host")}`,
    `AuthorizedKeysFile ${file("authorized")}`,
    ...[
      "PidFile none",
      "PermitRootLogin yes",
      "StrictModes no",
      "UsePAM no",
      "KbdInteractiveAuthentication no",
    ],
    ...lines,
  ];
  writeFileSync(file("config"), `${config.join("\n")}\n`);
  const hostKey = readFileSync(file("host.pub"), "utf8").split(" ").slice(0, 2).join(" ");
  writeFileSync(file("known_hosts"), `[${address}]:${port} ${hostKey}\n`);

  mkdirSync("/run/sshd", { recursive: true });
  const mounts = ["passwd", "shadow", "group", "sudoers"].map(
    (name) => `mount --bind ${file(name)} /etc/${name}`,
  );
  const command = `${mounts.join(" && ")} && exec /usr/sbin/sshd -D -f ${file("config")} -E ${file("log")}`;
  const process = spawn("unshare", ["--mount", "sh", "-c", command], { stdio: "ignore" });
  await answering(address, port);
  return {
    ...{ folder, address, port, key, process },
    knownHosts: file("known_hosts"),
    target: (change = {}) => ({
      ...{
        name: "web1",
        kind: "ssh",
        address,
        port,
        user: "root",
        privateKeyFile: key,
        hostKeyChecking: true,
      },
      ...{ knownHostsFiles: [file("known_hosts")], configFile: "/dev/null" },
      ...{ connectTimeoutMs: 20_000, keepaliveIntervalMs: 500, keepaliveCountMax: 3 },
      ...change,
    }),
    async stop() {
      const gone = new Promise((resolve) => process.once("exit", resolve));
      process.kill();
      if (process.exitCode === null && process.signalCode === null) await gone;
      rmSync(folder, { recursive: true });
    },
  };
}

function writeUsers(folder: string): void {
  const hash = execFileSync("perl", ["-e", "print crypt($ARGV[0], q($6$kmend$))", password]).toString();
  const users = [
    { name: "root", id: 0 },
    { name: "ops", id: 7001 },
    { name: "free", id: 7002 },
    { name: "none", id: 7003 },
  ];
  const home = (name: string) => join(folder, `home-${name}`);
  const system = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .filter((line) => /^(sshd|nobody|daemon):/.test(line));
  const write = (name: string, rows: readonly string[], mode: number) =>
    writeFileSync(join(folder, name), `${rows.join("\n")}\n`, { mode });
  write(
    "passwd",
    [...users.map(({ name, id }) => `${name}:x:${id}:${id}::${home(name)}:/bin/bash`), ...system],
    0o644,
  );
  write(
    "shadow",
    [...users.map(({ name }) => `${name}:${hash}:19000:0:99999:7:::`), "nobody:*:19000::::::"],
    0o600,
  );
  write(
    "group",
    [...users.map(({ name, id }) => `${name}:x:${id}:`), "nogroup:x:65534:", "shadow:x:42:"],
    0o644,
  );
  write(
    "sudoers",
    ["Defaults use_pty", "root ALL=(ALL) ALL", "ops ALL=(ALL) ALL", "free ALL=(ALL) NOPASSWD: ALL"],
    0o440,
  );
  for (const { name, id } of users) execFileSync("chown", [String(id), home(name)]);
}

async function answering(host: string, port: number): Promise<void> {
  for (const until = Date.now() + 20_000; Date.now() < until; await sleep(20)) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect({ host, port });
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (isOpen) return;
  }
  throw new Error(`Cannot start sshd at ${host}:${port}`);
}

function whyNot(): string | false {
  if (process.getuid?.() !== 0) return "not root";
  try {
    execFileSync("unshare", ["--mount", "test", "-x", "/usr/sbin/sshd", "-a", "-x", "/usr/bin/sudo"], {
      stdio: "ignore",
    });
    return false;
  } catch {
    return "no sshd, no sudo, or no mount namespaces";
  }
}
