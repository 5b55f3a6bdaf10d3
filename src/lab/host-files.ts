/** What makes one host itself: its name, keys, users' passwords and its sshd's address. */

import { randomBytes } from "node:crypto";
import { chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { must } from "./command.ts";
import type { LabNode } from "./fleet.ts";
import { hostKeys, loginKey } from "./keys.ts";
import type { LabPlace } from "./place.ts";

/** A file to be put into a host before it boots. */
export interface HostFile {
  readonly path: string;
  readonly mode: number;
  readonly content: string;
  /** Whose it is by number; root's where nothing is said. */
  readonly owner?: number;
}

/** The files that every host has of its own. `root` is its system as it is before the first boot. */
export async function ownFiles(place: LabPlace, node: LabNode, root: string): Promise<readonly HostFile[]> {
  const publicKey = await readFile(`${loginKey(place)}.pub`, "utf8");
  const keys = await Promise.all(hostKeys(place, node.name).map((file) => keyFiles(file)));
  return [
    { path: "/etc/hostname", mode: 0o644, content: `${node.name}\n` },
    { path: "/etc/hosts", mode: 0o644, content: `127.0.0.1 localhost\n${node.address} ${node.name}\n` },
    { path: "/etc/machine-id", mode: 0o444, content: `${randomBytes(16).toString("hex")}\n` },
    { path: "/etc/ssh/sshd_config.d/lab.conf", mode: 0o600, content: sshdConfig(node) },
    { path: "/etc/shadow", mode: 0o640, content: await shadow(place, root) },
    { path: "/root/.ssh/authorized_keys", mode: 0o600, content: publicKey },
    { path: "/home/ops/.ssh/authorized_keys", mode: 0o600, content: publicKey, owner: opsId },
    { path: "/home/deploy/.ssh/authorized_keys", mode: 0o600, content: publicKey, owner: deployId },
    ...keys.flat(),
    // Debian's dnf knows no release of its own, and its "local" plugin offers unsigned copies of what it installed.
    { path: "/etc/dnf/vars/releasever", mode: 0o644, content: "7\n" },
    { path: "/etc/dnf/plugins/local.conf", mode: 0o644, content: "[main]\nenabled = false\n" },
  ];
}

/** Puts files into a host's system. */
export async function writeFiles(root: string, files: readonly HostFile[]): Promise<void> {
  for (const { path, mode, content, owner } of files) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { mode });
    if (owner !== undefined) await chown(file, owner, owner);
  }
}

// The first users that useradd makes in a fresh Debian.
const opsId = 1000;
const deployId = 1001;

async function keyFiles(file: string): Promise<readonly HostFile[]> {
  const path = `/etc/ssh/${file.split("/").at(-1)}`;
  return [
    { path, mode: 0o600, content: await readFile(file, "utf8") },
    { path: `${path}.pub`, mode: 0o644, content: await readFile(`${file}.pub`, "utf8") },
  ];
}

// MaxStartups: fifty hosts' connections come at once, and more from a test that means to.
function sshdConfig(node: LabNode): string {
  return `Port ${node.port}
ListenAddress ${node.address}
PermitRootLogin prohibit-password
PasswordAuthentication yes
UseDNS no
MaxStartups 200
`;
}

/** The image's accounts, with the lab's password for ops. */
async function shadow(place: LabPlace, root: string): Promise<string> {
  const password = (await readFile(place.opsPassword, "utf8")).trim();
  const salt = randomBytes(6).toString("hex");
  // Perl is on every Debian, and its crypt is the C library's, as the hosts' login is.
  const hash = await must(
    "perl",
    ["-e", `my $password = <STDIN>; print crypt($password, '$6$${salt}$')`],
    password,
  );
  const accounts = await readFile(join(root, "etc/shadow"), "utf8");
  return accounts.replace(/^ops:[^:]*:/m, () => `ops:${hash}:`);
}
