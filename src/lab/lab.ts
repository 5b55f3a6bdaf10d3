/**
 * The rehearsal fleet: real hosts on this machine to try everything on, raised in seconds and gone without a trace.
 *
 * Words: a **lab** is a named fleet; its **daemon** is the process that keeps it; a host is a **node** with its own
 * systemd, sshd, users, packages and files over one shared image; **equipment** is what stands in on it.
 * docs/lab.md tells what is real and what is a model.
 *
 * Must: after `down` no process, mount or file of the lab is left, whatever happened before.
 * Must: hosts are reached on loopback addresses only, and their keys are known beforehand.
 * Should: what is missing of a lab is raised again by `up`.
 */

export { type AwayWay, awayWays } from "./cluster/away.ts";
export {
  type ClusterUpResult,
  clusterAway,
  clusterDown,
  clusterKubectl,
  clusterUp,
  kubectlCommand,
} from "./cluster/cluster.ts";
export type { ClusterStatus } from "./cluster/cluster-status.ts";
export { type LoginName, loginNames } from "./cluster/users.ts";
export { down } from "./down.ts";
export {
  type Group,
  groups,
  type LabNode,
  readDriverWish,
  readEngineWish,
  readKernelWish,
  type Wish,
  type Wishes,
} from "./fleet.ts";
export { installNeeds, whatIsMissing } from "./needs.ts";
export { execOnNode, mendNodes, plantOnNodes, podsOnNodes, rebootNodes, sshCommand } from "./nodes.ts";
export { type FaultName, faultNames, faults, isFaultName } from "./standins/standins.ts";
export { type LabStatus, labStatus, type NodeStatus } from "./status.ts";
export { defaultNodes, type LabOptions, type UpOptions, type UpResult, up } from "./up.ts";
