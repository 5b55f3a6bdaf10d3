/** The configuration of a host's engine: its default runtime and its cgroup driver, in the engine's own words. */

import type { Driver, Engine } from "../fleet.ts";
import type { NodeGroup } from "./package-list.ts";

export interface EngineChoice {
  readonly group: NodeGroup;
  readonly engine: Engine;
  readonly driver: Driver;
}

/** Where the engine reads it, and what it says. */
export function engineFile(choice: EngineChoice): { readonly path: string; readonly content: string } {
  if (choice.engine === "docker") return { path: "/etc/docker/daemon.json", content: daemonJson(choice) };
  const content = choice.group === "both_nodes" ? oldContainerdToml(choice) : containerdToml(choice);
  return { path: "/etc/containerd/config.toml", content };
}

const nvidia = "/usr/bin/nvidia-container-runtime";

function daemonJson({ group, driver }: EngineChoice): string {
  const config = {
    "live-restore": true,
    ...(driver === "systemd" ? { "exec-opts": ["native.cgroupdriver=systemd"] } : {}),
    ...(group === "compute_nodes"
      ? { "default-runtime": "nvidia", runtimes: { nvidia: { path: nvidia, runtimeArgs: [] } } }
      : {}),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** Version 2, which containerd has since 1.3. */
function containerdToml({ group, driver }: EngineChoice): string {
  const name = group === "compute_nodes" ? "nvidia" : "runc";
  const cri = 'plugins."io.containerd.grpc.v1.cri".containerd';
  return `version = 2

[${cri}]
  default_runtime_name = "${name}"

  [${cri}.runtimes.${name}]
    runtime_type = "io.containerd.runc.v2"

    [${cri}.runtimes.${name}.options]
      BinaryName = "${name === "nvidia" ? nvidia : ""}"
      SystemdCgroup = ${driver === "systemd"}
`;
}

/** Version 1, as 1.2 wrote it: the default runtime is a table of its own, and the driver is the plugin's. */
function oldContainerdToml({ driver }: EngineChoice): string {
  return `[plugins.cri]
  systemd_cgroup = ${driver === "systemd"}

  [plugins.cri.containerd.default_runtime]
    runtime_type = "io.containerd.runtime.v1.linux"
    runtime_engine = "/usr/bin/runc"
    runtime_root = ""
`;
}
