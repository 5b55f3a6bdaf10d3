/** What the script printed, as facts: each a value with where it was read, or unknown with its reason. */

import {
  type Fact,
  isKnown,
  known,
  mapFact,
  Records,
  readKubelet,
  readRuntime,
  unknown,
} from "../../kmem/kmem.ts";
import { isAtLeast } from "./versions.ts";

export interface NodeFacts {
  readonly hierarchy: Fact<"v1" | "v2">;
  readonly kernel: Fact<string>;
  readonly commandLine: Fact<string>;
  readonly systemd: Fact<string>;
  readonly engine: Fact<Versioned>;
  /** What starts containers for the engine: runc, crun. */
  readonly runtime: Fact<Versioned>;
  readonly kubelet: Fact<string>;
  readonly drivers: { readonly kubelet: Fact<string>; readonly engine: Fact<string> };
  /** Processes that read cgroup files themselves. */
  readonly readers: readonly Reader[];
}

export interface Versioned {
  readonly name: string;
  readonly version: string;
}

export interface Reader {
  readonly program: "java" | "cadvisor";
  readonly pid: number;
  /** Java's `release` file says which. */
  readonly version: Fact<string>;
}

export function readFacts(stdout: string): NodeFacts {
  const records = new Records(stdout);
  const kubelet = readKubelet(records);
  const runtime = readRuntime(records);
  const engine = engineOf(records, runtime.engines);
  const version = flat(kubelet.program, (program) => program.version);
  return {
    hierarchy: mapFact(records.get("hierarchy"), (text) => (text === "v2" ? "v2" : "v1")),
    kernel: records.get("kernel"),
    commandLine: records.get("command_line"),
    systemd: numberIn(records.get("systemd")),
    engine,
    runtime: flat(runtime.program, ({ realPath, version }) =>
      mapFact(version, (number) => ({ name: realPath.split("/").at(-1) ?? "", version: number })),
    ),
    kubelet: version,
    drivers: { kubelet: kubeletDriver(kubelet.driver, version), engine: flat(engine, engineDriver(records)) },
    readers: records.below("process.").map((name) => reader(name, records)),
  };
}

/** Docker and CRI-O come first: containerd runs beneath docker. */
function engineOf(records: Records, running: Fact<readonly string[]>): Fact<Versioned> {
  return flat(running, ([name]) =>
    name === undefined
      ? unknown("neither docker nor containerd nor CRI-O runs", running.source)
      : mapFact(numberIn(records.get(`version.${name}`)), (version) => ({ name, version })),
  );
}

/** From 1.31 on a kubelet may ask the engine for its driver (by memory): one that it was not given says nothing then. */
function kubeletDriver(driver: Fact<string>, version: Fact<string>): Fact<string> {
  const isDefault = driver.source.includes("kubelet's default");
  return isDefault && isAtLeast(version.value, "1.31") === true
    ? unknown("it was given none, and may take the engine's", driver.source)
    : driver;
}

function engineDriver(records: Records): (engine: Versioned) => Fact<string> {
  return ({ name }) => {
    if (name === "docker") return records.get("docker.driver");
    const config = records.get(`config.${name}`);
    return flat(config, (text) => (name === "crio" ? crioDriver : containerdDriver)(text, config.source));
  };
}

/** `crio config` prints what is a default as a comment. */
function crioDriver(config: string, source: string): Fact<string> {
  const [, driver] = /^#?[ \t]*cgroup_manager\s*=\s*"(\w+)"/m.exec(config) ?? [];
  return driver === undefined ? unknown("it names no cgroup_manager", source) : known(driver, source);
}

/** Each runtime has a SystemdCgroup of its own, false where it is not said. */
function containerdDriver(config: string, source: string): Fact<string> {
  const said = new Set(
    [...config.matchAll(/^[ \t]*SystemdCgroup\s*=\s*(true|false)/gm)].map(([, each]) => each),
  );
  if (said.size > 1) return unknown("SystemdCgroup is not the same for all of its runtimes", source);
  return known(said.has("true") ? "systemd" : "cgroupfs", source);
}

function reader(name: string, records: Records): Reader {
  const [program, pid] = name.split(".");
  const release = records.get(`process.${name}`);
  return {
    program: program === "java" ? "java" : "cadvisor",
    pid: Number(pid),
    version: flat(release, (text) => javaVersion(text, release.source)),
  };
}

/** `JAVA_VERSION="1.8.0_372"`: 8.0.372; the later ones count as they are written. */
function javaVersion(release: string, source: string): Fact<string> {
  const [, version] = /^JAVA_VERSION="?([^"\n]+)/m.exec(release) ?? [];
  if (version === undefined) return unknown("it names no JAVA_VERSION", source);
  if (/OpenJ9|IBM/i.test(release))
    return unknown(`${version} of IBM: 8.0.382, 11.0.20, 17.0.8 and later read v2`, source);
  return known(version.replace(/^1\.8\.0_/, "8.0."), source);
}

/** `systemd 252 (252.36)`, `containerd github.com/containerd/containerd 1.6.20`, `20.10.7`: the number. */
function numberIn(fact: Fact<string>): Fact<string> {
  return flat(fact, (text) => {
    const [, number] = /(?:^|\s)v?(\d+(?:\.\d+)*[^\s,]*)/.exec(text) ?? [];
    return number === undefined
      ? unknown(`no version in "${text.split("\n")[0]}"`, fact.source)
      : known(number, fact.source);
  });
}

function flat<T, U>(fact: Fact<T>, make: (value: T) => Fact<U>): Fact<U> {
  return isKnown(fact) ? make(fact.value) : fact;
}
