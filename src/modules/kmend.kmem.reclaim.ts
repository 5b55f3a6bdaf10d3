/**
 * Gives back what leaked, where the kernel can: in the one order that was measured to free ids, and only there.
 *
 * Measured: on 3.10.0-514.el7 it freed 123 to 3 ids of a runtime's leak, 124 to 44 of a kubelet's (each pod's own stays); on
 * 1160 none, in any order. 1127 has 1160's code. Between 514 and 1127 nobody measured.
 */

import { canReclaim, isEl7 } from "../kmem/kmem.ts";
import { type Script, sh } from "../script/script.ts";
import { Dict } from "../template/values.ts";
import { type AnyChange, type HostModule, TaskFailed, text } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  wait: {
    type: "int",
    default: 6,
    help: "Wait this many seconds between dropping and shrinking; 6 were measured",
  },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

interface ReclaimChange extends AnyChange {
  readonly waitS: number;
}

export const kmemReclaim: HostModule<Args, string, ReclaimChange> = {
  kind: "host",
  name: "kmend.kmem.reclaim",
  summary: "Give back leaked kmem ids without a reboot, on the EL7 kernels where that works",
  options,
  wayBack: "Nothing is lost by it, and nothing can be taken back: caches fill again by themselves.",
  examples: `- kmend.kmem.reclaim:`,
  inspect: () => ({
    script: sh`cat /proc/sys/kernel/osrelease`,
    parse: (output) => text(output.stdout).trim(),
  }),
  plan: (release, { wait }) => {
    if (release === null) return null;
    if (!isEl7(release))
      throw new TaskFailed(
        `Cannot give ids back on kernel ${release}: the order that frees them was measured on 3.10.0-514.el7 only`,
      );
    if (!canReclaim(release))
      throw new TaskFailed(
        `Cannot give ids back on kernel ${release}: no order of dropping and shrinking frees any there, only a reboot does`,
      );
    return {
      before: { caches: "full" },
      after: { caches: "dropped and shrunk" },
      irreversible: "caches that were dropped fill again by themselves; nothing is lost",
      isPassing: true,
      waitS: wait,
    };
  },
  apply: ({ waitS }) => reclaim(waitS),
  revert: () => null,
  result: ({ state, change }) => Dict.of({ kernel: state ?? "", reclaimed: change !== null }),
};

/** In another order, or with no wait, it frees nothing. A cache with a bracket in its name is a cgroup's, not a root's. */
function reclaim(waitS: number): Script {
  return sh`sync
echo 3 >/proc/sys/vm/drop_caches || exit 1
sleep ${waitS}
for cache in /sys/kernel/slab/*; do
  case \${cache##*/} in *'('*) continue ;; esac
  [ ! -w "$cache/shrink" ] || echo 1 >"$cache/shrink"
done`;
}
