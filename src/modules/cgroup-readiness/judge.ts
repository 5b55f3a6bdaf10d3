/**
 * Whether a node can live on cgroup v2: each requirement by itself, then the node.
 *
 * Sources: Kubernetes' page "About cgroup v2" (kernel, containerd, CRI-O, drivers, cAdvisor, Java; stable with 1.25,
 * failCgroupV1 from 1.35 on), runc's page "cgroup v2" (runc, systemd). That docker has it since 20.10 is from its
 * release notes, by memory; so is that crun had it from its beginning.
 */

import { type Fact, isKnown } from "../../kmem/kmem.ts";
import type { NodeFacts, Reader, Versioned } from "./facts.ts";
import { isAtLeast } from "./versions.ts";

export interface Readiness {
  /** `already`: it is on v2. `unknown`: nothing speaks against it, and something could not be read. */
  readonly verdict: "already" | "ready" | "not-ready" | "unknown";
  readonly requirements: readonly Requirement[];
  /** What makes staying on v1 dangerous here, or the switch not what it seems. */
  readonly warnings: readonly string[];
}

export interface Requirement {
  readonly name: string;
  readonly verdict: "met" | "not-met" | "unknown";
  /** What is, and what was wanted. */
  readonly says: string;
  readonly source: string;
}

export const parameter = { name: "systemd.unified_cgroup_hierarchy", value: "1" };

const least = {
  systemd: "244",
  kubelet: "1.25",
  docker: "20.10",
  containerd: "1.4",
  crio: "1.20",
  runc: "1.0.0-rc93",
} as const;

/** `leastKernel`: a distribution may have brought to an older kernel what upstream has from 5.8 on. */
export function judge(facts: NodeFacts, { leastKernel = "5.8" } = {}): Readiness {
  const requirements = [
    ...(isKnown(facts.hierarchy) ? [] : [unreadable("the hierarchy that it is on", facts.hierarchy)]),
    version("kernel", facts.kernel, leastKernel),
    version("systemd", facts.systemd, least.systemd),
    engine(facts.engine),
    runtime(facts.runtime),
    version("kubelet", facts.kubelet, least.kubelet),
    driver("kubelet's driver", facts.drivers.kubelet),
    driver("the engine's driver", facts.drivers.engine),
    ...(facts.readers.length > 0 ? facts.readers.map(reader) : [noReader]),
  ];
  return { verdict: verdict(facts, requirements), requirements, warnings: warnings(facts) };
}

/** One line for a log: the verdict, and what stands in the way. */
export function summary({ verdict, requirements }: Readiness): string {
  const open = requirements.filter((each) => each.verdict !== "met").map(({ says }) => says);
  if (verdict === "already") return "already on cgroup v2";
  return open.length > 0 ? `${verdict}: ${open.join("; ")}` : `${verdict} for cgroup v2`;
}

function verdict({ hierarchy }: NodeFacts, requirements: readonly Requirement[]): Readiness["verdict"] {
  if (hierarchy.value === "v2") return "already";
  if (requirements.some((each) => each.verdict === "not-met")) return "not-ready";
  return requirements.every((each) => each.verdict === "met") ? "ready" : "unknown";
}

function version(name: string, fact: Fact<string>, wanted: string): Requirement {
  if (!isKnown(fact)) return unreadable(name, fact);
  const isMet = isAtLeast(fact.value, wanted);
  return isMet === undefined
    ? row(name, "unknown", `${name} says it is ${fact.value}, wanted ${wanted} or later`, fact)
    : row(name, isMet ? "met" : "not-met", `${name} is ${fact.value}, wanted ${wanted} or later`, fact);
}

function engine(fact: Fact<Versioned>): Requirement {
  if (!isKnown(fact)) return unreadable("engine", fact);
  const { name, version: number } = fact.value;
  const wanted = Object.entries(least).find(([each]) => each === name)?.[1];
  return wanted === undefined
    ? row("engine", "unknown", `the engine is ${name}, of which nothing is known here`, fact)
    : { ...version(name, { value: number, source: fact.source }, wanted), name: "engine" };
}

function runtime(fact: Fact<Versioned>): Requirement {
  if (!isKnown(fact)) return unreadable("runtime", fact);
  const { name, version: number } = fact.value;
  if (name === "crun") return row("runtime", "met", `the runtime is crun ${number}`, fact);
  // docker-runc and NVIDIA's before 3.0.0 are runc under other names, and say runc's version.
  return { ...version(name, { value: number, source: fact.source }, least.runc), name: "runtime" };
}

function driver(name: string, fact: Fact<string>): Requirement {
  if (!isKnown(fact)) return unreadable(name, fact);
  return row(
    name,
    fact.value === "systemd" ? "met" : "not-met",
    `${name} is ${fact.value}, wanted systemd`,
    fact,
  );
}

function reader({ program, pid, version: fact }: Reader): Requirement {
  const name = `${program} (process ${pid})`;
  if (program === "cadvisor")
    return row(name, "unknown", `${name}: ${fact.reason}; 0.43.0 and later read v2`, fact);
  if (!isKnown(fact)) return unreadable(name, fact);
  const says = `${name} is ${fact.value}, wanted 8.0.372, 11.0.16, 15 or later`;
  return row(name, readsV2(fact.value) ? "met" : "not-met", says, fact);
}

function readsV2(java: string): boolean {
  const from = { 8: "8.0.372", 11: "11.0.16" }[Number.parseInt(java, 10)] ?? "15";
  return isAtLeast(java, from) === true;
}

const noReader: Requirement = {
  name: "readers",
  verdict: "met",
  says: "no java and no cAdvisor of its own runs now; other readers of cgroup files do not show",
  source: "/proc",
};

function warnings({ hierarchy, kubelet, kernel, commandLine }: NodeFacts): string[] {
  if (hierarchy.value !== "v1") return [];
  const is = (fact: Fact<string>, wanted: string): boolean => isAtLeast(fact.value, wanted) === true;
  return [
    is(kubelet, "1.35") &&
      `kubelet ${kubelet.value} does not start on v1 unless failCgroupV1 is false in its configuration`,
    is(kernel, "6.1.54") &&
      `on v1, kernel ${kernel.value} has no memory.kmem.limit_in_bytes: a kubelet or runc with libcontainer before 1.1.10 dies there`,
    commandLine.value.split(/\s+/).includes(`${parameter.name}=${parameter.value}`) &&
      `it was booted with ${parameter.name}=${parameter.value}, and is on v1 all the same`,
  ].filter((each) => each !== false);
}

function unreadable(name: string, { reason, source }: Fact<unknown>): Requirement {
  return { name, verdict: "unknown", says: `${name} is unknown: ${reason}`, source };
}

function row(
  name: string,
  verdict: Requirement["verdict"],
  says: string,
  { source }: Fact<unknown>,
): Requirement {
  return { name, verdict, says, source };
}
