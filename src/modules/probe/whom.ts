/** Whom to ask, and how: docker where kubelet starts pods with it, else the runtimes' own programs. */

import {
  binarySection,
  hasNokmem,
  ifKnown,
  isKnown,
  knowsNokmem,
  kubeletSection,
  Records,
  type RuntimeEvidence,
  readRuntime,
  runtimeSection,
  words,
} from "../../kmem/kmem.ts";
import { type Script, sh } from "../../script/script.ts";
import { TaskFailed } from "../module.ts";
import type { Asked } from "./answers.ts";

export interface Whom extends Asked {
  readonly by: "docker" | "bundle";
  /** Docker's names of them, or paths of programs. */
  readonly runtimes: readonly string[];
}

export const whomScript: Script = sh`(
LC_ALL=C; export LC_ALL
proc=/proc host=
${words}${binarySection}${kubeletSection}${runtimeSection}
file kernel.release "$proc/sys/kernel/osrelease"
file kernel.command_line "$proc/cmdline"
:
)`;

export interface Wanted {
  readonly by: "auto" | "docker" | "bundle";
  readonly runtimes: readonly string[];
}

/** @throws TaskFailed where one that is wanted is not there, or none is */
export function whomToAsk(stdout: string, { by, runtimes }: Wanted): Whom {
  const records = new Records(stdout);
  const evidence = readRuntime(records);
  const release = ifKnown(records.get("kernel.release")) ?? "unknown";
  const isToldToIgnore =
    hasNokmem(ifKnown(records.get("kernel.command_line")) ?? "") && knowsNokmem(release) === true;
  const isDocker = by === "docker" || (by === "auto" && evidence.ofKubelet.value === "docker");
  const found = isDocker ? ofDocker(records, evidence) : ofNode(evidence);
  const names = Object.keys(found).sort();
  const chosen = runtimes.length === 0 ? names : runtimes.map((name) => pick(name, names, isDocker));
  if (chosen.length === 0)
    throw new TaskFailed(
      "Cannot probe: this node has none of docker-runc, runc, nvidia-container-runtime and crun",
    );
  const versions = Object.fromEntries(chosen.map((name) => [name, found[name] ?? null]));
  return { by: isDocker ? "docker" : "bundle", runtimes: chosen, versions, release, isToldToIgnore };
}

/** Name and version of each. */
type Found = Readonly<Record<string, string | null>>;

function ofDocker(records: Records, { programs }: RuntimeEvidence): Found {
  const known = records.get("docker.runtimes");
  if (!isKnown(known)) throw new TaskFailed(`Cannot ask docker for its runtimes: ${known.reason}`);
  const runtimes = JSON.parse(known.value) as Record<string, { readonly path?: unknown } | null>;
  const versionAt = (path: unknown) => {
    const program = programs.find((each) => each.path === path || baseOf(each.path) === path);
    return program ? (ifKnown(program.version) ?? null) : null;
  };
  return Object.fromEntries(Object.entries(runtimes).map(([name, each]) => [name, versionAt(each?.path)]));
}

/** One program under two paths is asked once. */
function ofNode({ programs }: RuntimeEvidence): Found {
  const once = new Map(
    programs.map((program) => [program.realPath, program]).reverse() as [string, (typeof programs)[number]][],
  );
  return Object.fromEntries([...once.values()].map(({ path, version }) => [path, ifKnown(version) ?? null]));
}

function pick(wanted: string, names: readonly string[], isDocker: boolean): string {
  const found = names.find((name) => name === wanted || (!isDocker && baseOf(name) === wanted));
  if (found !== undefined) return found;
  if (!isDocker && wanted.startsWith("/")) return wanted;
  const whose = isDocker ? "docker has" : "the node has";
  throw new TaskFailed(`Cannot probe "${wanted}": ${whose} the runtimes ${names.join(", ")}`);
}

const baseOf = (path: string): string => path.split("/").at(-1) ?? "";
