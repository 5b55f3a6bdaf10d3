/** The lab's keys: one to log in with, and one of each host's own, known beforehand as a careful operator has them. */

import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { must } from "./command.ts";
import type { LabNode } from "./fleet.ts";
import type { LabPlace } from "./place.ts";

const hostKeyTypes = ["ed25519", "ecdsa"] as const;

export const loginKey = (place: LabPlace): string => join(place.keys, "id_ed25519");
export const knownHosts = (place: LabPlace): string => join(place.keys, "known_hosts");
export const sshConfig = (place: LabPlace): string => join(place.keys, "config");

/** The files of one host's own keys, private ones. */
export function hostKeys(place: LabPlace, node: string): readonly string[] {
  return hostKeyTypes.map((type) => join(place.keys, "hosts", node, `ssh_host_${type}_key`));
}

/** Makes what is missing, and writes known_hosts and the ssh client's configuration anew. */
export async function makeKeys(place: LabPlace, nodes: readonly LabNode[]): Promise<void> {
  await mkdir(join(place.keys, "hosts"), { recursive: true, mode: 0o700 });
  await makeKey(loginKey(place), "ed25519", `kmend-lab-${place.name}`);
  if (!existsSync(place.opsPassword))
    await writeFile(place.opsPassword, `${randomBytes(9).toString("base64url")}\n`, { mode: 0o600 });
  const known = await Promise.all(nodes.map((node) => makeHostKeys(place, node)));
  await writeFile(knownHosts(place), known.flat().join(""), { mode: 0o600 });
  await writeFile(sshConfig(place), nodes.map((node) => configFor(place, node)).join("\n"), { mode: 0o600 });
}

async function makeHostKeys(place: LabPlace, node: LabNode): Promise<readonly string[]> {
  await mkdir(join(place.keys, "hosts", node.name), { recursive: true, mode: 0o700 });
  return Promise.all(
    hostKeys(place, node.name).map(async (file, index) => {
      await makeKey(file, hostKeyTypes[index] as string, node.name);
      const [type, key] = (await readFile(`${file}.pub`, "utf8")).split(" ");
      return `[${node.address}]:${node.port} ${type} ${key}\n`;
    }),
  );
}

async function makeKey(file: string, type: string, comment: string): Promise<void> {
  if (existsSync(file) && existsSync(`${file}.pub`)) return;
  // An interrupted lab may have left the private half; ssh-keygen would ask before it overwrites.
  await must("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", comment, "-f", file], "y\n");
}

function configFor(place: LabPlace, node: LabNode): string {
  return `Host ${node.name}
  HostName ${node.address}
  Port ${node.port}
  User root
  IdentityFile "${loginKey(place)}"
  IdentitiesOnly yes
  UserKnownHostsFile "${knownHosts(place)}"
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
`;
}
