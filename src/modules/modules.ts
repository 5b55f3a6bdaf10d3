/**
 * What a task can do to a host: the room's front door. Data in, script out; nothing here reads or writes anything.
 *
 * Words: a **module** describes one kind of task; its **options** are a table, its **arguments** what one task gave.
 * Must: a module's inspect changes nothing, and after its revert inspect sees what it saw before.
 * Should: a new module is one file and one line of the list below.
 */

import { addHost } from "./add_host.ts";
import { assert } from "./assert.ts";
import { blockinfile } from "./blockinfile.ts";
import { command } from "./command.ts";
import { copy } from "./copy.ts";
import { debug } from "./debug.ts";
import { dnf } from "./dnf.ts";
import { fail } from "./fail.ts";
import { fetch } from "./fetch.ts";
import { file } from "./file.ts";
import { groupBy } from "./group_by.ts";
import { includeVars } from "./include_vars.ts";
import { cgroupReadiness } from "./kmend.cgroup.readiness.ts";
import { kernelParameter } from "./kmend.kernel.parameter.ts";
import { kmemEvidence } from "./kmend.kmem.evidence.ts";
import { kmemInheritance } from "./kmend.kmem.inheritance.ts";
import { kmemProbe } from "./kmend.kmem.probe.ts";
import { kmemReclaim } from "./kmend.kmem.reclaim.ts";
import { kmemRenew } from "./kmend.kmem.renew.ts";
import { kmemRenewLive } from "./kmend.kmem.renew_live.ts";
import { nodeReady } from "./kmend.node.ready.ts";
import { nodesSpare } from "./kmend.nodes.spare.ts";
import { packageSecure } from "./kmend.package.secure.ts";
import { k8sDrain } from "./kubernetes.core.k8s_drain.ts";
import { k8sInfo } from "./kubernetes.core.k8s_info.ts";
import { lineinfile } from "./lineinfile.ts";
import { meta } from "./meta.ts";
import type { Module } from "./module.ts";
import { packages } from "./package.ts";
import { pause } from "./pause.ts";
import { ping } from "./ping.ts";
import { raw } from "./raw.ts";
import { reboot } from "./reboot.ts";
import { replace } from "./replace.ts";
import { rpm } from "./rpm.ts";
import { script } from "./script.ts";
import { service } from "./service.ts";
import { setFact } from "./set_fact.ts";
import { setup } from "./setup.ts";
import { shell } from "./shell.ts";
import { slurp } from "./slurp.ts";
import { stat } from "./stat.ts";
import { systemd } from "./systemd.ts";
import { template } from "./template.ts";
import { waitFor } from "./wait_for.ts";
import { yum } from "./yum.ts";
import { yumVersionlock } from "./yum_versionlock.ts";

export { extraArguments, optionProblem, parseArguments } from "./arguments.ts";
export type { Brought, Need, TreeEntry, Upload } from "./brought.ts";
export { boolWords, intText, octalMode, symbolicMode } from "./coerce.ts";
export { lookAtRemote } from "./fetch/look-at-remote.ts";
export { keepLimitKib } from "./files/file-plan.ts";
export type { Foreseen, Sights } from "./foresight.ts";
export * from "./module.ts";
export { nearest } from "./nearest.ts";
export type { ArgumentsOf, Mode, Option, Options, OptionType } from "./options.ts";

/** Every module, one a line, in the order that help shows. */
const all: readonly Module[] = [
  command,
  shell,
  raw,
  script,
  copy,
  template,
  file,
  lineinfile,
  replace,
  blockinfile,
  stat,
  slurp,
  fetch,
  assert,
  fail,
  debug,
  setFact,
  includeVars,
  addHost,
  groupBy,
  pause,
  meta,
  kmemEvidence,
  kmemProbe,
  packages,
  yum,
  dnf,
  rpm,
  yumVersionlock,
  systemd,
  service,
  waitFor,
  reboot,
  ping,
  setup,
  packageSecure,
  kmemRenew,
  kmemRenewLive,
  kmemReclaim,
  kmemInheritance,
  kernelParameter,
  cgroupReadiness,
  k8sDrain,
  k8sInfo,
  nodeReady,
  nodesSpare,
];

const byName = new Map<string, Module>(
  all.flatMap((module) => [module.name, ...(module.aliases ?? [])].map((name) => [name, module] as const)),
);

/** A module by any name it goes by: `copy`, `ansible.builtin.copy`, `ansible.legacy.copy`, `kmend.kmem.evidence`. */
export function findModule(name: string): Module | undefined {
  return byName.get(name.replace(/^ansible\.(builtin|legacy)\./, ""));
}

/** Every canonical name, in the order of the list. */
export function moduleNames(): string[] {
  return all.map((module) => module.name);
}
