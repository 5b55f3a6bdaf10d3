/** The engines' and runtimes' records as facts: what runs, what is configured, and the program behind it. */

import { type Fact, ifKnown, isKnown, known, mapFact, unknown } from "../fact.ts";
import { engineOfKubelet } from "./engine-of-kubelet.ts";
import { engineSettings } from "./engine-settings.ts";
import type { Engine, EngineProgram, Program, RuntimeEvidence } from "./evidence.ts";
import { flagIn } from "./flag-in.ts";
import { readPackage, readProgram, versionIn } from "./read-program.ts";
import { properties, type Records } from "./records.ts";

export function readRuntime(records: Records): RuntimeEvidence {
  const services = new Map<string, Readonly<Record<string, string>>>();
  const shown = records.get("engines");
  for (const block of (ifKnown(shown) ?? "").split(/\n\n+/)) {
    const found = properties(block);
    services.set((found["Id"] ?? "").replace(".service", ""), found);
  }
  const engines = mapFact(shown, () =>
    (["docker", "crio", "containerd"] as const).filter(
      (name) => services.get(name)?.["ActiveState"] === "active",
    ),
  );
  const programs = records
    .below("runtime.")
    .filter((name) => name.endsWith(".path"))
    .map((name) => ifKnown(readProgram(records, `runtime.${name.slice(0, -".path".length)}`)))
    .filter((program) => program !== undefined);
  const engine = engineOfKubelet(records, engines);
  const inUse = inUseBy(engine, records);
  const pid = isKnown(engine) ? services.get(engine.value)?.["MainPID"] : undefined;
  return {
    engines,
    ofKubelet: engine,
    dataRoot: dataRoot(engine, pid, records),
    driver: driver(engine, records),
    inUse: mapFact(inUse, ({ name }) => name),
    program: programBehind(inUse, programs),
    configured: configured(engine, records),
    needsRestart: needsRestart(engine, pid, records),
    programs,
    enginePrograms: enginePrograms(records),
    configFiles: configFiles(records),
  };
}

function enginePrograms(records: Records): readonly EngineProgram[] {
  const names = records.below("engine_program.").filter((name) => name.endsWith(".path"));
  return names.map((name) => {
    const engine = `engine_program.${name.slice(0, -".path".length)}`;
    return {
      path: records.get(`${engine}.path`).source,
      version: mapFact(records.get(`${engine}.version`), versionIn),
      package: readPackage(records.get(`${engine}.package`)),
    };
  });
}

function configFiles(records: Records): readonly string[] {
  const names = ["docker.config", "containerd.config", "crio.config", "nvidia.config"];
  const parts = ["containerd.part.", "crio.part."].flatMap((prefix) =>
    records.below(prefix).map((path) => `${prefix}${path}`),
  );
  // One that can't be read is there all the same.
  const there = [...names, ...parts]
    .map((name) => records.get(name))
    .filter((fact) => isKnown(fact) || !/No such file|not read on this node/.test(fact.reason));
  return [...new Set(there.map(({ source }) => source))];
}

interface InUse {
  readonly name: string;
  /** null: the engine resolves the name by PATH. */
  readonly path: string | null;
}

/** Docker says itself; containerd's and CRI-O's files are all that can be read without their sockets. */
function inUseBy(engine: Fact<Engine>, records: Records): Fact<InUse> {
  if (!isKnown(engine)) return engine;
  if (engine.value !== "docker")
    return mapFact(engineSettings(engine.value, records), ({ runtime, path }) => ({ name: runtime, path }));
  const paths = records.get("docker.runtimes");
  return mapFact(records.get("docker.default_runtime"), (name) => ({
    name,
    path: pathIn(ifKnown(paths), name),
  }));
}

/** The path that docker has for a runtime: `{"nvidia": {"path": "..."}}`; a bare name is one in PATH. */
function pathIn(json: string | undefined, name: string): string | null {
  try {
    const found = (JSON.parse(json ?? "{}") as Record<string, { path?: unknown } | undefined>)[name]?.path;
    return typeof found === "string" && found !== "" ? found : null;
  } catch {
    return null;
  }
}

function programBehind(inUse: Fact<InUse>, programs: readonly Program[]): Fact<Program> {
  if (!isKnown(inUse)) return inUse;
  const { name, path } = inUse.value;
  const program = programs.find((each) => each.path === path || nameOf(each) === (path ?? name));
  if (!program) return unknown(`runtime "${name}"${path ? ` at ${path}` : ""} was not found`, inUse.source);
  return isShim(program) ? behindShim(program, programs) : known(program, inUse.source);
}

/** From 3.0.0 on NVIDIA's runtime executes another, and looks for docker-runc before runc: a stale one wins. */
function isShim(program: Program): boolean {
  return nameOf(program).startsWith("nvidia") && program.build.value === "neither";
}

function behindShim(shim: Program, programs: readonly Program[]): Fact<Program> {
  const next = ["docker-runc", "runc"].flatMap((name) => programs.filter((each) => nameOf(each) === name))[0];
  return next
    ? known(next, `executed by ${shim.path}`)
    : unknown("the runc that it executes was not found", shim.path);
}

function nameOf(program: Program): string {
  return program.path.split("/").at(-1) ?? "";
}

function configured(engine: Fact<Engine>, records: Records): Fact<string> {
  if (engine.value !== "docker") return mapFact(inUseBy(engine, records), ({ name }) => name);
  const config = records.get("docker.config");
  if (isKnown(config))
    return known(/"default-runtime"\s*:\s*"([^"]+)"/.exec(config.value)?.[1] ?? "runc", config.source);
  return /No such file/.test(config.reason)
    ? known("runc", `${config.source} (docker's default: no such file)`)
    : config;
}

function needsRestart(engine: Fact<Engine>, pid: string | undefined, records: Records): Fact<boolean> {
  if (!isKnown(engine)) return engine;
  const started = records.number(`engine.${pid}.started`);
  const changed = records.number(`${engine.value}.config_changed`);
  if (!isKnown(started)) return started;
  return isKnown(changed)
    ? known(changed.value > started.value, `${changed.source}, ${started.source}`)
    : changed;
}

function driver(engine: Fact<Engine>, records: Records): Fact<"cgroupfs" | "systemd"> {
  if (!isKnown(engine)) return engine;
  if (engine.value === "docker")
    return mapFact(records.get("docker.driver"), (text) => (text === "systemd" ? "systemd" : "cgroupfs"));
  const settings = engineSettings(engine.value, records);
  if (!isKnown(settings)) return settings;
  return settings.value.driver
    ? known(settings.value.driver, settings.source)
    : unknown(`cgroup_manager is not set, and its default differs between versions`, settings.source);
}

/** Docker says itself; else its flags, its file, and its default. */
function dataRoot(engine: Fact<Engine>, pid: string | undefined, records: Records): Fact<string> {
  if (!isKnown(engine)) return engine;
  if (engine.value !== "docker")
    return mapFact(engineSettings(engine.value, records), (settings) => settings.dataRoot);
  const said = records.get("docker.data_root");
  if (isKnown(said) && said.value.startsWith("/")) return said;
  const words = records.lines(`engine.${pid}.arguments`);
  const flag = ["--graph", "-g", "--data-root"]
    .map((name) => flagIn(ifKnown(words) ?? [], name))
    .find((value) => value !== "");
  if (flag !== undefined) return known(flag, words.source);
  const config = records.get("docker.config");
  const [, set] = /"(?:data-root|graph)"\s*:\s*"([^"]+)"/.exec(ifKnown(config) ?? "") ?? [];
  if (set !== undefined) return known(set, config.source);
  return isKnown(config) || /No such file/.test(config.reason)
    ? known("/var/lib/docker", `${config.source} (docker's default: not set there)`)
    : config;
}
