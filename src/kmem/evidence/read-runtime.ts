/** The engines' and runtimes' records as facts: what runs, what is configured, and the program behind it. */

import { type Fact, ifKnown, isKnown, known, mapFact, unknown } from "../fact.ts";
import type { Engine, Program, RuntimeEvidence } from "./evidence.ts";
import { readProgram } from "./read-program.ts";
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
  const first = ifKnown(engines)?.[0];
  const inUse = inUseBy(first, records);
  return {
    engines,
    driver: driver(first, records),
    inUse: mapFact(inUse, ({ name }) => name),
    program: programBehind(inUse, programs),
    configured: configured(first, records),
    needsRestart: needsRestart(first, services.get(first ?? "")?.["MainPID"], records),
    programs,
  };
}

interface InUse {
  readonly name: string;
  /** null: the engine resolves the name by PATH. */
  readonly path: string | null;
}

/** Docker says itself; containerd's and CRI-O's files are all that can be read without their sockets. */
function inUseBy(engine: Engine | undefined, records: Records): Fact<InUse> {
  if (engine === undefined) return unknown("no engine is known to run", records.get("engines").source);
  if (engine === "docker") {
    const name = records.get("docker.default_runtime");
    const paths = records.get("docker.runtimes");
    return mapFact(name, (each) => ({ name: each, path: pathIn(ifKnown(paths), each) }));
  }
  const config = records.get(`${engine}.config`);
  if (!isKnown(config) && !/No such file/.test(config.reason)) return config;
  const [, name] = /^\s*default_runtime(?:_name)?\s*=\s*"([^"]+)"/m.exec(ifKnown(config) ?? "") ?? [];
  const [, path] = /(?:BinaryName|runtime_path)\s*=\s*"([^"]+)"/.exec(ifKnown(config) ?? "") ?? [];
  const source = name ? config.source : `${config.source} (${engine}'s default: the file sets none)`;
  return known({ name: name ?? "runc", path: path || null }, source);
}

/** The path that docker has for a runtime: `{"nvidia": {"path": "..."}}`, its own runc without one. */
function pathIn(json: string | undefined, name: string): string | null {
  try {
    const found = (JSON.parse(json ?? "{}") as Record<string, { path?: unknown } | undefined>)[name]?.path;
    return typeof found === "string" && found.startsWith("/") ? found : null;
  } catch {
    return null;
  }
}

function programBehind(inUse: Fact<InUse>, programs: readonly Program[]): Fact<Program> {
  if (!isKnown(inUse)) return inUse;
  const { name, path } = inUse.value;
  const program =
    programs.find((each) => each.path === path) ?? programs.find((each) => nameOf(each) === name);
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

function configured(engine: Engine | undefined, records: Records): Fact<string> {
  if (engine !== "docker") return mapFact(inUseBy(engine, records), ({ name }) => name);
  const config = records.get("docker.config");
  if (isKnown(config))
    return known(/"default-runtime"\s*:\s*"([^"]+)"/.exec(config.value)?.[1] ?? "runc", config.source);
  return /No such file/.test(config.reason)
    ? known("runc", `${config.source} (docker's default: no such file)`)
    : config;
}

function needsRestart(engine: Engine | undefined, pid: string | undefined, records: Records): Fact<boolean> {
  const started = records.number(`engine.${pid}.started`);
  const changed = records.number(`${engine}.config_changed`);
  if (!isKnown(started)) return started;
  return isKnown(changed)
    ? known(changed.value > started.value, `${changed.source}, ${started.source}`)
    : changed;
}

function driver(engine: Engine | undefined, records: Records): Fact<"cgroupfs" | "systemd"> {
  const said = engine === "docker" ? records.get("docker.driver") : records.get(`${engine}.config`);
  return mapFact(said, (text) =>
    text === "systemd" || /SystemdCgroup\s*=\s*true|cgroup_manager\s*=\s*"systemd"/.test(text)
      ? "systemd"
      : "cgroupfs",
  );
}
