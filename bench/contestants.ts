/** Who does the ten tasks, and the command line by which each does them. */

import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Fleet } from "./fleet.ts";
import { type Child, kmend } from "./measure.ts";

export interface Contestant {
  readonly name: string;
  /** The program it needs, and the Debian package that has it. */
  readonly needs?: { readonly program: string; readonly package: string };
  /** How often it runs: less where one run takes half a minute. */
  readonly rounds: number;
  readonly run: Child;
}

const playbook = join(import.meta.dirname, "ten-tasks.yml");
const script = join(import.meta.dirname, "ten-tasks.sh");
const forks = "20";

/** Debian's place for Mitogen's strategies, inside Ansible's own folder. */
const mitogenStrategies = "/usr/lib/python3/dist-packages/ansible/plugins/strategy";
const mitogenLinear = join(mitogenStrategies, "mitogen_linear.py");

export function contestants(fleet: Fleet): readonly Contestant[] {
  return [
    {
      name: "kmend",
      rounds: 5,
      run: {
        command: process.execPath,
        args: [kmend, "run", "-i", fleet.inventory, "-f", forks, playbook],
        env: { KMEND_STATE: fleet.state },
      },
    },
    {
      name: "parallel-ssh, one script",
      needs: { program: "parallel-ssh", package: "pssh" },
      rounds: 5,
      run: parallelSsh(fleet),
    },
    {
      name: "ansible, pipelining",
      needs: { program: "ansible-playbook", package: "ansible-core" },
      rounds: 1,
      run: ansible(fleet, {}),
    },
    {
      name: "ansible, Mitogen",
      needs: { program: mitogenLinear, package: "ansible-mitogen" },
      rounds: 1,
      run: ansible(fleet, {
        ANSIBLE_STRATEGY: "mitogen_linear",
        ANSIBLE_STRATEGY_PLUGINS: mitogenStrategies,
      }),
    },
  ];
}

function ansible(fleet: Fleet, env: NodeJS.ProcessEnv): Child {
  return {
    command: "ansible-playbook",
    args: ["-i", fleet.inventory, "-f", forks, playbook],
    env: { ANSIBLE_PIPELINING: "True", ANSIBLE_HOST_KEY_CHECKING: "True", ...env },
  };
}

/** One script to every host's `sh`, by the same keys and with the same checks of host keys. */
function parallelSsh(fleet: Fleet): Child {
  const ssh = join(fleet.state, "lab", "bench", "ssh");
  const hosts = fleet.nodes.flatMap(({ address, port }) => ["-H", `root@${address}:${port}`]);
  const options = [
    `UserKnownHostsFile=${join(ssh, "known_hosts")}`,
    "GlobalKnownHostsFile=/dev/null",
    "StrictHostKeyChecking=yes",
    "IdentitiesOnly=yes",
    `IdentityFile=${join(ssh, "id_ed25519")}`,
  ].flatMap((option) => ["-O", option]);
  return {
    command: "parallel-ssh",
    args: [...hosts, "-p", forks, ...options, "-I", "/bin/sh -s"],
    stdin: readFileSync(script, "utf8"),
  };
}

/** The package that a contestant lacks here; null where it can run. */
export function lacks({ needs }: Contestant): string | null {
  if (!needs) return null;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const isHere =
    existsSync(needs.program) || folders.some((folder) => existsSync(join(folder, needs.program)));
  return isHere ? null : needs.package;
}
