/** From ways to what is run: a leg is the hosts that the same playbooks mend, with the same settings. */

import type { Step } from "../kmem/kmem.ts";

/** One run of kmend: JSON, so that it can be kept. */
export interface Leg {
  readonly hosts: readonly string[];
  readonly does: readonly string[];
  /** The dearest of what its steps need. */
  readonly needs: string;
  /** Names of shipped ones: `kmend.playbooks.kmem`. */
  readonly playbooks: readonly string[];
  readonly variables: Readonly<Record<string, Variable>>;
}

export type Variable = string | number | boolean | readonly (string | number)[];

/** A way chosen for some hosts, with what it was asked for. */
export interface Chosen {
  readonly hosts: readonly string[];
  readonly way: readonly Step[];
  readonly settings: Readonly<Record<string, Variable>>;
  /** The cluster drains them: `rollout.yml` does the whole way. */
  readonly byCluster: boolean;
}

/** Playbooks that `kmem.yml` does the work of, host by host: swapped, renewed and verified before the next batch begins. */
const partsOfKmem = ["fix-kubelet", "fix-runtime", "renew", "renew-live"].map(
  (name) => `kmend.playbooks.${name}`,
);

const rollout = "kmend.playbooks.rollout";
const reboot = "kmend.playbooks.reboot";

/** Whether `rollout.yml` does all of a way. */
export function canRollOut(way: readonly Step[]): boolean {
  return way.every(({ playbook }) => playbook === reboot || partsOfKmem.includes(playbook));
}

/** A leg that goes by the cluster's own limits. */
export function isRollout({ playbooks }: Pick<Leg, "playbooks">): boolean {
  return playbooks.includes(rollout);
}

/** Groups that are mended alike are mended together; those that need least go first. */
export function legsOf(chosen: readonly Chosen[]): readonly Leg[] {
  const legs = new Map<string, Leg>();
  for (const { hosts, way, settings, byCluster } of chosen) {
    const { playbooks, variables } = recipe(way, byCluster);
    const all = { ...variables, ...settings };
    const key = JSON.stringify([playbooks, all]);
    const does = way.map((step) => step.does);
    const before = legs.get(key);
    legs.set(key, {
      playbooks,
      variables: all,
      hosts: [...(before?.hosts ?? []), ...hosts],
      does: [...new Set([...(before?.does ?? []), ...does])],
      needs: dearest([...(before ? [before.needs] : []), ...way.map((step) => step.needs)]),
    });
  }
  return [...legs.values()].sort((a, b) => order.indexOf(a.needs) - order.indexOf(b.needs));
}

/** The shipped playbooks of a way, and what they have to be told. */
export function recipe(way: readonly Step[], byCluster = false): Pick<Leg, "playbooks" | "variables"> {
  const parts = way.map((step) => step.playbook);
  if (byCluster) return { playbooks: [rollout], variables: { rollout_reboot: parts.includes(reboot) } };
  if (parts.every((part) => partsOfKmem.includes(part)))
    return {
      playbooks: ["kmend.playbooks.kmem"],
      variables: { kmem_renewal: parts.includes("kmend.playbooks.renew") ? "drained" : "live" },
    };
  const reboots = parts.some((part) => part.endsWith(".boot-parameter") || part.endsWith(".upgrade-kernel"));
  return {
    playbooks: [...parts, "kmend.playbooks.verify"],
    variables: reboots ? { kmem_reboot: true } : {},
  };
}

/** What has to be told before a way can be gone: the variable, what it is, and what stands there if nobody says otherwise. */
export interface Wanted {
  readonly variable: string;
  readonly asks: string;
  readonly initial: string;
  /** Nothing may be answered: what the inventory says holds. */
  readonly isOptional?: boolean;
}

export function wantedBy(way: readonly Step[]): readonly Wanted[] {
  return way.flatMap(({ playbook }) => wanted[playbook] ?? []);
}

const wanted: Readonly<Record<string, readonly Wanted[]>> = {
  "kmend.playbooks.upgrade-kernel": [
    {
      variable: "kmem_kernel_package",
      asks: "Kernel package to install (kernel-VERSION-RELEASE, 3.10.0-1062.4.1 or later)",
      initial: "kernel-3.10.0-1160.el7",
    },
  ],
  "kmend.playbooks.upgrade-kubelet": [
    { variable: "kmem_kubelet_upgrade", asks: "Kubelet package to upgrade to", initial: "kubelet-1.21.14-0" },
    {
      variable: "kmem_api_server_version",
      asks: "Version of the API server, if it is to be compared (1.21.14)",
      initial: "",
      isOptional: true,
    },
  ],
};

const order = ["nothing", "restart", "upgrade", "drain", "reboot"];

/** The dearest of some needs. */
export function dearest(needs: readonly string[]): string {
  return order[Math.max(0, ...needs.map((need) => order.indexOf(need)))] ?? "nothing";
}
