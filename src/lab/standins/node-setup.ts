/** What a rehearsal host gets before it boots: its kernel, its packages, its repository and their settings. */

import { execFile } from "node:child_process";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Driver, Engine } from "../fleet.ts";
import type { Repositories } from "./build-packages.ts";
import { engineFile } from "./engine-files.ts";
import { type NodeGroup, nodePackages, type RepositoryName } from "./package-list.ts";
import { kernelBootScript, kernelUnit, kubeletSysconfig } from "./units.ts";

const execute = promisify(execFile);

/** A host of the rehearsal fleet, as far as its stand-ins need to know it. */
export interface StandinNode {
  readonly address: string;
  readonly group: NodeGroup;
  readonly engine: Engine;
  readonly driver: Driver;
  /** Its file system on the controller. */
  readonly root: string;
}

export interface NodeFile {
  readonly path: string;
  readonly mode: number;
  readonly content: string;
}

/** Files to write into the host's tree before its packages are installed and it boots. */
export function nodeFiles(node: Pick<StandinNode, "group" | "engine" | "driver">): readonly NodeFile[] {
  const engine = engineFile(node);
  const file = (path: string, content: string, mode = 0o644): NodeFile => ({ path, mode, content });
  return [
    file("/usr/local/lib/kmend-lab/boot", kernelBootScript, 0o755),
    file("/etc/systemd/system/kmend-lab-kernel.service", kernelUnit),
    // EL7's place for the database; Debian's rpm would use one in the home of whoever asks.
    file("/etc/rpm/macros", "%_dbpath /var/lib/rpm\n"),
    file("/etc/yum.repos.d/kmend-lab.repo", repositoryFile),
    file(engine.path, engine.content),
    file("/etc/kubernetes/manifests/.kmend-lab", "Pods of the rehearsal: one JSON manifest each.\n"),
  ];
}

/** Installs the group's packages into the tree of a host that has not booted, and enables their units. */
export async function installNode(node: StandinNode, repositories: Repositories): Promise<void> {
  await offerRepository(node, repositories, "good");
  const rpms = nodePackages(node).map((id) => `/srv/repo/${id}.x86_64.rpm`);
  await execute("chroot", [node.root, "rpm", "--upgrade", ...rpms]);
  await writeFile(join(node.root, "etc/sysconfig/kubelet"), kubeletSysconfig(node));
  const units = ["kmend-lab-kernel.service", `${node.engine}.service`, "kubelet.service"];
  await execute("systemctl", ["--quiet", "--root", node.root, "enable", ...units]);
}

/** Makes this repository the host's /srv/repo, booted or not: the way to plant a faulty kubelet, and to mend it. */
export async function offerRepository(
  { root }: Pick<StandinNode, "root">,
  repositories: Repositories,
  name: RepositoryName,
): Promise<void> {
  const target = join(root, "srv/repo");
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  await cp(repositories.folder(name), target, { recursive: true });
}

const repositoryFile = `[kmend-lab]
name=kmend rehearsal stand-ins
baseurl=file:///srv/repo
enabled=1
gpgcheck=0
metadata_expire=0
`;
