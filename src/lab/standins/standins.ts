/**
 * The stand-ins: packages that do to the memory cgroups what kubelet, docker's runc and NVIDIA's runtime do, and
 * nothing else of what those do. Each is a real RPM, built here, run by the hosts' own systemd.
 *
 * Words: a **stand-in** is such a package; a **repository** is a folder of them that a host installs from; a
 * **fault** is what can be wrong on a node, planted.
 *
 * Must: a stand-in says in its summary and in its program that it is one.
 * Must: nothing but cgroups decides what is counted: no stand-in tells the kernel's model anything.
 */

export { buildRepositories, type Repositories } from "./build-packages.ts";
export { type Fault, type FaultName, faultNames, faults, isFaultName } from "./faults.ts";
export { installNode, type NodeFile, nodeFiles, offerRepository, type StandinNode } from "./node-setup.ts";
export type { NodeGroup, RepositoryName } from "./package-list.ts";
export { type Exec, type PodsOptions, pods } from "./pods.ts";
