/** How a host runs: systemd-nspawn boots its system, sharing the machine's network. */

import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { makeCgroups } from "./cgroups.ts";
import type { LabNode } from "./fleet.ts";
import { type LabPlace, type NodePlace, nodePlace } from "./place.ts";

/** How a host's systemd-nspawn ended. */
export interface Ending {
  readonly code: number | null;
  readonly why: string;
}

/** What systemd-nspawn exits with, run as it is here, when the host asked for a reboot. */
export const rebootAsked = 133;

/** Boots the host's system; the promise is its end. */
export async function startNspawn(lab: LabPlace, node: LabNode): Promise<Ending> {
  const place = nodePlace(lab, node.name);
  const groups = await makeCgroups(lab, place);
  const log = await open(place.console, "a", 0o600);
  try {
    const nspawn = spawn("sh", ["-c", enterCgroups, "sh", ...groups, "--", ...nspawnArguments(node, place)], {
      stdio: ["ignore", log.fd, log.fd],
      detached: true, // Ctrl-C is for the lab, which ends its hosts in order
    });
    return await new Promise<Ending>((resolve) => {
      nspawn.once("error", (error) => resolve({ code: null, why: error.message }));
      nspawn.once("exit", (code, signal) => resolve({ code, why: signal ?? `exit code ${code}` }));
    });
  } finally {
    await log.close();
  }
}

/** A process is in the cgroup that it is in before it becomes systemd-nspawn. */
const enterCgroups = `until [ "$1" = -- ]; do echo $$ >"$1/cgroup.procs" || exit; shift; done
shift
exec systemd-nspawn "$@"`;

function nspawnArguments(node: LabNode, place: NodePlace): readonly string[] {
  return [
    "--quiet",
    `--directory=${place.root}`,
    "--boot",
    "--register=no", // there may be no machined
    "--keep-unit",
    `--machine=${node.name}`,
    "--console=read-only",
    "--link-journal=no",
    "--resolv-conf=off",
    "--timezone=off",
    `--bind=${place.kernel.replaceAll(":", "\\:")}:/srv/kmend-lab`,
  ];
}
