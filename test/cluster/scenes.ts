/** What a drain meets in a cluster, and what it then says: tried on a real one (drain.test.ts), and in every run on what that had said (taped.test.ts). */

import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Ended, kmend } from "../cli/kmend.ts";

export interface Scene {
  /** Of `delete_options`, beside `ignore_daemonsets: true` and a short `wait_timeout`. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly code: number;
  readonly says: RegExp;
}

export const scenes = {
  drained: { options: {}, code: 0, says: /"was_schedulable": true/ },
  budget: {
    options: {},
    code: 2,
    says: /pod default\/web-\S+ may not be evicted by PodDisruptionBudget web of its namespace/,
  },
  daemonset: {
    options: { ignore_daemonsets: false },
    code: 2,
    says: /default\/log-agent-\S+: a DaemonSet would bring them back at once\. In delete_options, ignore_daemonsets: true/,
  },
  bare: {
    options: {},
    code: 2,
    says: /default\/bare: nobody would bring them back\. In delete_options, force: true/,
  },
  stuck: {
    options: { force: true },
    code: 2,
    says: /pod default\/stuck is terminating since \S+Z, and does not end/,
  },
  "no-right": {
    options: {},
    code: 2,
    says: /the user \\?"reader\\?" of the kubeconfig may not list resource/,
  },
  "away-dead": { options: { wait_timeout: 120 }, code: 0, says: /"was_schedulable": true/ },
  "away-frozen": { options: { wait_timeout: 120 }, code: 0, says: /"was_schedulable": true/ },
  "over-dead": { options: { wait_timeout: 5 }, code: 2, says: /Cannot drain node \S+ within 5 s/ },
  "over-frozen": { options: { wait_timeout: 5 }, code: 2, says: /Cannot drain node \S+ within 5 s/ },
} as const satisfies Readonly<Record<string, Scene>>;

export type SceneName = keyof typeof scenes;

/** They wait for an API that comes back, for seconds each, and one that is on tape shows it: these are not. */
export const slow: ReadonlySet<SceneName> = new Set(["away-dead", "away-frozen", "over-frozen"]);

const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - kubernetes.core.k8s_drain:
        name: "{{ inventory_hostname }}"
        delete_options: "{{ {'ignore_daemonsets': true, 'wait_timeout': 15} | combine(more) }}"
        kubeconfig: "{{ kubeconfig }}"
        kubectl: "{{ kubectl }}"
      delegate_to: localhost
`;

/** Runs the scene's drain of a node. */
export function drain(
  name: SceneName,
  given: {
    readonly folder: string;
    readonly host: string;
    readonly inventory: string;
    readonly kubectl: string;
    readonly kubeconfig: string;
  },
): Promise<Ended> {
  writeFileSync(join(given.folder, "drain.yml"), playbook);
  const vars = { kubeconfig: given.kubeconfig, kubectl: given.kubectl, more: scenes[name].options };
  return kmend(
    ["run", "-i", given.inventory, "--limit", given.host, "drain.yml", "-vv", "-e", JSON.stringify(vars)],
    { cwd: given.folder, env: { KMEND_STATE: join(given.folder, "state") } },
  );
}

export const tapeOf = (name: SceneName): string => join(import.meta.dirname, "tapes", `${name}.jsonl`);

/** A program in kubectl's place: see tape.ts. */
export function taping(folder: string, mode: "record" | "replay", name: SceneName, other: string): string {
  const program = join(folder, `kubectl-${name}`);
  const tape = join(import.meta.dirname, "tape.ts");
  writeFileSync(
    program,
    `#!/bin/sh\nexec '${process.execPath}' '${tape}' ${mode} '${tapeOf(name)}' '${other}' -- "$@"\n`,
  );
  chmodSync(program, 0o755);
  return program;
}
