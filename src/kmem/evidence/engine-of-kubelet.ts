/** The engine that kubelet starts pods with. Others may run beside it: containerd always does beside docker. */

import { type Fact, ifKnown, isKnown, known, unknown } from "../fact.ts";
import type { Engine } from "./evidence.ts";
import { flagIn } from "./flag-in.ts";
import type { Records } from "./records.ts";

/** By kubelet's flags, then its file, then its old default; where none of them tells, by the engines that run. */
export function engineOfKubelet(records: Records, running: Fact<readonly Engine[]>): Fact<Engine> {
  const words = records.lines("kubelet.arguments");
  const flags = ifKnown(words) ?? [];
  if (flagIn(flags, "--container-runtime") === "docker") return known("docker", words.source);
  const flag = flagIn(flags, "--container-runtime-endpoint");
  if (flag !== "") return engineAt(flag, words.source);
  const config = records.get("kubelet.config");
  const [, set] =
    /^[ \t]*"?containerRuntimeEndpoint"?\s*:\s*["']?([^"'\s,]+)/m.exec(ifKnown(config) ?? "") ?? [];
  if (set !== undefined) return engineAt(set, config.source);
  if (!isKnown(running)) return running;
  const hasDocker = running.value.includes("docker");
  if (isKnown(words) && hasDocker && isOld(records) && flagIn(flags, "--container-runtime") === "")
    return known("docker", `${words.source} (kubelet's default before 1.24)`);
  const [first] = running.value;
  return first
    ? known(first, `${running.source} (what runs; kubelet was not seen to name an engine)`)
    : unknown("no engine is known to run", running.source);
}

const sockets: readonly (readonly [RegExp, Engine])[] = [
  [/dockershim\.sock|cri-dockerd\.sock/, "docker"],
  [/containerd\.sock/, "containerd"],
  [/crio\.sock/, "crio"],
];

function engineAt(endpoint: string, source: string): Fact<Engine> {
  const found = sockets.find(([socket]) => socket.test(endpoint));
  return found ? known(found[1], source) : unknown(`no engine is known to listen at ${endpoint}`, source);
}

function isOld(records: Records): boolean {
  const [, minor] = /\bv1\.(\d+)\./.exec(ifKnown(records.get("kubelet.version")) ?? "") ?? [];
  return minor !== undefined && Number(minor) < 24;
}
