/**
 * The kernel's model: EL7's memory cgroup hierarchy as a real file system that the rehearsal hosts mount.
 *
 * Words: a **cgroup** is a directory of it; **active** means that kernel memory accounting is on; a **held** id is
 * one that a removed cgroup still has; the **counts** are what an instrumented kernel would tell.
 *
 * Must: what the model answers is what the kernels were measured to answer; `rules.ts` names each source.
 * Must: after `close`, or when its process ends, no mount and no thread is left.
 * Should: a node costs a thread, no more; each answers on its own, so that one slow reader holds up no other node.
 */

export type { Counts } from "./model.ts";
export { type Kernel, releases } from "./releases.ts";
export { type KernelRule, kernelRules } from "./rules.ts";
export {
  type BootedCounts,
  type MemcgNode,
  readCounts,
  rebootKernel,
  type ServeOptions,
  serveNode,
} from "./serve-node.ts";
