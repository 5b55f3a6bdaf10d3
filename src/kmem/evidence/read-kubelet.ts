/** Kubelet's records as facts: what its service runs, not what lies in PATH. */

import { type Fact, ifKnown, isKnown, known, mapFact, unknown } from "../fact.ts";
import type { Build, KubeletEvidence, Program } from "./evidence.ts";
import { flagIn } from "./flag-in.ts";

import { readPodStarts } from "./read-pod-starts.ts";
import { readBuild, readProgram } from "./read-program.ts";
import { properties, type Records } from "./records.ts";

export function readKubelet(records: Records): KubeletEvidence {
  const service = records.get("kubelet.service");
  const program = readProgram(records, "kubelet");
  const words = records.lines("kubelet.arguments");
  return {
    state: mapFact(service, (text) => state(properties(text))),
    program,
    runningBuild: runningBuild(records, program),
    needsRestart: needsRestart(records, program),
    driver: driver(words, records.get("kubelet.config")),
    arguments: words,
    rootDir: rootDir(words),
    podStarts: readPodStarts(records.get("kubelet.metrics")),
    unitFiles: mapFact(service, (text) => {
      const { FragmentPath = "", DropInPaths = "" } = properties(text);
      return [FragmentPath, ...DropInPaths.split(" ")].filter((path) => path !== "");
    }),
    verify: verified(records.get("kubelet.verify")),
  };
}

function state({
  LoadState = "",
  ActiveState = "",
  SubState = "",
}: Readonly<Record<string, string>>): string {
  return LoadState === "loaded" ? `${ActiveState} (${SubState})` : LoadState;
}

function runningBuild(records: Records, program: Fact<Program>): Fact<Build> {
  const running = readBuild(records.get("kubelet.running_signs"));
  if (isKnown(running)) return running;
  return isKnown(program) ? program.value.build : program;
}

function needsRestart(records: Records, program: Fact<Program>): Fact<boolean> {
  const running = records.get("kubelet.running", "kubelet is not running");
  if (!isKnown(running)) return running;
  if (running.value.endsWith(" (deleted)")) return known(true, running.source);
  const started = records.number("kubelet.started");
  const changed = isKnown(program) ? program.value.changedAt : program;
  if (!isKnown(started)) return started;
  return isKnown(changed)
    ? known(changed.value > started.value, `${changed.source}, ${started.source}`)
    : changed;
}

/** The flag wins over the file; with neither, upstream's default. */
function driver(words: Fact<readonly string[]>, config: Fact<string>): Fact<"cgroupfs" | "systemd"> {
  const flag = ifKnown(words)
    ?.join(" ")
    .match(/--cgroup-driver[= ](\w+)/)?.[1];
  if (flag) return known(flag === "systemd" ? "systemd" : "cgroupfs", words.source);
  const set = ifKnown(config)?.match(/^[ \t]*"?cgroupDriver"?\s*:\s*"?(\w+)/m)?.[1];
  if (set) return known(set === "systemd" ? "systemd" : "cgroupfs", config.source);
  if (!isKnown(words)) return unknown("neither its flags nor its configuration could be read", words.source);
  return known(
    "cgroupfs",
    `${words.source} (kubelet's default: neither a flag nor ${config.source} sets it)`,
  );
}

function rootDir(words: Fact<readonly string[]>): Fact<string> {
  if (!isKnown(words)) return words;
  const flag = flagIn(words.value, "--root-dir");
  return flag === ""
    ? known("/var/lib/kubelet", `${words.source} (kubelet's default: no --root-dir)`)
    : known(flag, words.source);
}

/** `rpm -V` exits with 1 when it has something to say; what it says is the fact. */
function verified(fact: Fact<string>): Fact<string> {
  const [, said] = /^exited with 1: ([\s\S]*)$/.exec(fact.reason ?? "") ?? [];
  return said === undefined || said.includes("not owned") ? fact : known(said, fact.source);
}
