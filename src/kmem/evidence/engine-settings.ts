/** What the configurations of containerd and CRI-O say of the runtime that starts containers. */

import { type Fact, isKnown, known } from "../fact.ts";
import type { Records } from "./records.ts";
import { Tables } from "./tables.ts";

export interface EngineSettings {
  readonly runtime: string;
  /** As written; null: the engine resolves the name by PATH. */
  readonly path: string | null;
  /** null: not set, and the default is not the same in every version. */
  readonly driver: "cgroupfs" | "systemd" | null;
  readonly dataRoot: string;
}

/** A file that is not there leaves the engine its defaults; one that can't be read leaves everything unknown. */
export function engineSettings(engine: "containerd" | "crio", records: Records): Fact<EngineSettings> {
  const names = [
    `${engine}.config`,
    ...records.below(`${engine}.part.`).map((path) => `${engine}.part.${path}`),
  ];
  const files = names.map((name) => records.get(name));
  const unread = files.find((file) => !isKnown(file) && !/No such file/.test(file.reason));
  if (unread && !isKnown(unread)) return unread;
  const read = files.filter(isKnown);
  const tables = new Tables(read.map((file) => file.value));
  const source = read.map((file) => file.source).join(", ");
  return known(
    engine === "containerd" ? containerd(tables) : crio(tables),
    source || `${files[0]?.source} (${engine}'s defaults: no such file)`,
  );
}

/** Where the CRI plugin has its table, by the file's version; what stands in another's table counts for nothing. */
const pluginOf: Readonly<Record<string, string>> = {
  1: "plugins/cri",
  2: "plugins/io.containerd.grpc.v1.cri",
  3: "plugins/io.containerd.cri.v1.runtime",
};

function containerd(tables: Tables): EngineSettings {
  const plugin = pluginOf[tables.get("", "version") ?? "1"] ?? "plugins/io.containerd.cri.v1.runtime";
  // The default runtime has a table of its own as 1.2 and older write it; later ones read it too, and call it "default".
  const own = `${plugin}/containerd/default_runtime`;
  const isOwn = (tables.get(own, "runtime_type") ?? "") !== "";
  const named = tables.get(`${plugin}/containerd`, "default_runtime_name") || "runc";
  const runtime = isOwn ? "default" : named;
  const table = isOwn ? own : `${plugin}/containerd/runtimes/${named}`;
  const type = tables.get(table, "runtime_type") ?? "";
  const bySystemd = [tables.get(`${table}/options`, "SystemdCgroup"), tables.get(plugin, "systemd_cgroup")];
  return {
    runtime,
    path:
      tables.get(`${table}/options`, "BinaryName") ||
      tables.get(table, "runtime_engine") ||
      (runcTypes.test(type) ? "runc" : null),
    driver: bySystemd.includes("true") ? "systemd" : "cgroupfs",
    dataRoot: tables.get("", "root") || "/var/lib/containerd",
  };
}

/** Those that start runc whatever the runtime is called, unless they are told of another program. */
const runcTypes = /^io\.containerd\.(runc\.v[12]|runtime\.v1\.linux)$/;

function crio(tables: Tables): EngineSettings {
  const runtime = tables.get("crio/runtime", "default_runtime") || "runc";
  const manager = tables.get("crio/runtime", "cgroup_manager");
  return {
    runtime,
    path: tables.get(`crio/runtime/runtimes/${runtime}`, "runtime_path") || null,
    driver: manager === "systemd" || manager === "cgroupfs" ? manager : null,
    dataRoot: tables.get("crio", "root") || "/var/lib/containers/storage",
  };
}
