/** Starts, stops and enables services (Ansible's `service`), where systemd runs them. */

import { type HostModule, TaskFailed } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";
import { unitModule } from "./units/unit-module.ts";

const onlySystemd = "only systemd runs services here, and has no use for it";

const options = {
  name: { type: "str", required: true, help: "Name the service" },
  state: {
    type: "str",
    choices: ["started", "stopped", "restarted", "reloaded"],
    help: "Choose what the service shall be; restarted and reloaded always act",
  },
  enabled: { type: "bool", help: "Start it at boot, or not" },
  use: { type: "str", default: "auto", help: "Name the service manager: auto or systemd" },
  pattern: { type: "str", refused: onlySystemd, help: "For other service managers" },
  sleep: { type: "int", help: "Accepted; systemd waits by itself" },
  arguments: { type: "str", aliases: ["args"], refused: onlySystemd, help: "For other service managers" },
  runlevel: { type: "str", refused: onlySystemd, help: "For other service managers" },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

export const service: HostModule<Args> = {
  name: "service",
  summary: "Start, stop, restart or enable a service",
  options,
  examples: `- service: {name: kubelet, state: restarted}
- service: {name: docker, enabled: true, state: started}`,
  validate: ({ use, state, enabled }) => {
    if (use !== "auto" && use !== "systemd")
      throw new TaskFailed(`Service manager ${use} is not supported: only systemd is`);
    if ((state ?? enabled) === undefined)
      throw new TaskFailed("one of the following is required: state, enabled");
  },
  ...unitModule<Args>(({ name, state, enabled }) => ({
    name,
    state,
    enabled,
    masked: undefined,
    daemon_reload: false,
    daemon_reexec: false,
    no_block: false,
    force: false,
  })),
};
