/** What strikes while a script of kmend is under way on a host. */

import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { rebootNodes } from "../../src/lab/lab.ts";
import { fill } from "../cli/kmend.ts";
import type { TestLab } from "../lab/with-lab.ts";
import type { Gate } from "./gate.ts";
import type { Link } from "./link.ts";

/** The host that is struck. */
export const stricken = "clean-1";

export interface Stricken {
  readonly lab: TestLab;
  readonly gate: Gate;
  readonly link: Link;
}

export interface Fault {
  prepare?(scene: Stricken): unknown;
  strike(scene: Stricken): unknown;
  mend(scene: Stricken): unknown;
  /** What {@link prepare} made. */
  clear?(scene: Stricken): unknown;
  /** After which the run must have ended, on a busy machine too. */
  readonly limitMs: number;
  readonly codes: readonly number[];
  readonly says: RegExp;
  /** The controller itself is struck: no host goes on. */
  readonly isOurs?: true;
}

/** The sshd of the session in which a script waits, and what is below it. */
const session = `read -r pid < /gate/held
until [ "$(cat /proc/$pid/comm)" = sshd ]; do pid=$(awk '/^PPid/ { print $2 }' /proc/$pid/status); done
below() { for child in $(pgrep -P "$1"); do echo "$child"; below "$child"; done; }`;

/** What is of the host itself: a lost link, and its script goes on. */
const link = {
  codes: [4],
  says: /clean-1\]: UNREACHABLE! .*Cannot speak to the host any more/,
  limitMs: 15_000,
};

async function letGo({ gate }: Stricken): Promise<void> {
  gate.open();
  await gate.isEmpty();
}

/** The controller's journal takes no more. */
const ours = { codes: [1], limitMs: 15_000, isOurs: true } as const;

const runs = ({ lab }: Stricken): string => join(lab.state, "runs");

export const faults: Readonly<Record<string, Fault>> = {
  hangup: { ...link, strike: ({ gate }) => gate.exec(`${session}\nkill -KILL $pid`), mend: letGo },
  freeze: {
    ...link,
    strike: ({ gate }) =>
      gate.exec(`${session}\necho $pid $(below $pid) > /gate/frozen; kill -STOP $(cat /gate/frozen)`),
    mend: async (scene) => {
      scene.gate.open();
      await scene.gate.exec("kill -CONT $(cat /gate/frozen)");
      await scene.gate.isEmpty();
    },
  },
  cut: {
    ...link,
    strike: (scene) => scene.link.cut(),
    mend: async (scene) => {
      scene.link.mend();
      await letGo(scene);
    },
  },
  reboot: {
    ...link,
    strike: ({ lab }) => rebootNodes({ state: lab.state, name: lab.name, nodes: [stricken] }),
    mend: async ({ gate, link }) => {
      await link.serve();
      gate.open();
    },
  },
  // From then on nothing can be written there. Where nothing is left to write, the run ends well.
  disk: {
    prepare: ({ gate }) =>
      gate.exec(
        "for disk in /srv /var/lib/kmend; do mkdir -p $disk; mount -t tmpfs -o size=2m,nr_inodes=400 none $disk; done",
      ),
    strike: async ({ gate }) => {
      await gate.exec(`for disk in /srv /var/lib/kmend; do
  dd if=/dev/zero of=$disk/fill bs=1k; i=0
  while : > $disk/fill$i; do i=$((i + 1)); done
done 2> /dev/null`);
      gate.open();
    },
    mend: ({ gate }) => gate.exec("rm -f /srv/fill* /var/lib/kmend/fill*"),
    clear: ({ gate }) => gate.exec("umount /srv /var/lib/kmend"),
    codes: [2, 0],
    says: /(?:FAILED!|failed:) .*No space left on device|clean-1 .* failed=0/,
    limitMs: 30_000,
  },
  "state-full": {
    ...ours,
    says: /^Cannot write the journal \S+: the disk is full\n {2}No host is changed without a journal/m,
    prepare: (scene) => {
      mkdirSync(runs(scene), { recursive: true });
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "none", runs(scene)]);
    },
    strike: (scene) => {
      fill(runs(scene));
      scene.gate.open();
    },
    mend: (scene) => rmSync(join(runs(scene), "fill")),
    clear: (scene) => execFileSync("umount", ["--lazy", runs(scene)]),
  },
};
