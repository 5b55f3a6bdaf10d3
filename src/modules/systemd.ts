/** Starts, stops, enables and masks units (Ansible's `systemd` and `systemd_service`). Source: systemctl(1). */

import { type HostModule, TaskFailed } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";
import { unitModule } from "./units/unit-module.ts";

const options = {
  name: { type: "str", aliases: ["service", "unit"], help: "Name the unit; .service may be left out" },
  state: {
    type: "str",
    choices: ["started", "stopped", "restarted", "reloaded"],
    help: "Choose what the unit shall be; restarted and reloaded always act",
  },
  enabled: { type: "bool", help: "Start it at boot, or not" },
  masked: { type: "bool", help: "Mask it, so that nothing can start it" },
  force: { type: "bool", default: false, help: "Overwrite conflicting links when enabling" },
  daemon_reload: {
    type: "bool",
    default: false,
    aliases: ["daemon-reload"],
    help: "Read unit files again first, where one changed on disk",
  },
  daemon_reexec: {
    type: "bool",
    default: false,
    aliases: ["daemon-reexec"],
    help: "Start systemd's own program anew first",
  },
  no_block: { type: "bool", default: false, help: "Do not wait for the unit's job to end" },
  scope: {
    type: "str",
    default: "system",
    choices: ["system", "user", "global"],
    help: "Only system is supported",
  },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

export const systemd: HostModule<Args> = {
  name: "systemd",
  aliases: ["systemd_service"],
  summary: "Start, stop, restart, enable or mask a unit",
  options,
  examples: `- systemd: {name: kubelet, state: restarted, daemon_reload: true}
- systemd: {name: docker, enabled: true, state: started}
- systemd: {daemon_reload: true}`,
  validate: ({ name, state, enabled, masked, scope, daemon_reload, daemon_reexec }) => {
    if (scope !== "system")
      throw new TaskFailed(`Only the system's own units are managed: scope ${scope} is not supported`);
    if (name === undefined && (state ?? enabled ?? masked) !== undefined)
      throw new TaskFailed("state, enabled and masked need the name of a unit");
    if (name === undefined && !daemon_reload && !daemon_reexec)
      throw new TaskFailed(
        "one of the following is required: state, enabled, masked, daemon_reload, daemon_reexec",
      );
  },
  ...unitModule<Args>((args) => args),
};
