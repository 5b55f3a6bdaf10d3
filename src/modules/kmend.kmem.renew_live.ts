/**
 * Renews `kubepods` under its running pods: the tree is made again beside the old one, without accounting, and every
 * process moves into it. Nothing is killed, nothing drained.
 *
 * Measured with a real kubelet 1.20.2, containerd and runc 1.1.5, cgroupfs driver, kernel 3.10.0-1160.el7: the same processes
 * run on, limits stay in force, exec works, pods are deleted and remade normally. Not tried with docker or another kernel.
 */

import { isEl7 } from "../kmem/kmem.ts";
import type { Output } from "../script/output.ts";
import { sh } from "../script/script.ts";
import { Dict } from "../template/values.ts";
import { type AnyChange, type HostModule, TaskFailed, text } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";
import { type CgroupTree, type Directory, readTree, treeFunction } from "./renewal/cgroup-tree.ts";
import { aside, moveTree, putTreeBack } from "./renewal/move-tree.ts";

const options = {
  hierarchy: {
    type: "path",
    default: "/sys/fs/cgroup/memory",
    help: "Name the mount of the memory hierarchy",
  },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

interface LiveState extends CgroupTree {
  /** A move was cut off, and the old tree still stands aside. */
  readonly isHalfDone: boolean;
  readonly isKubeletRunning: boolean;
  /** The systemd driver's tree of pods stands there: systemd owns it, and would make it again by its own mind. */
  readonly isSystemdTree: boolean;
  /** The running kernel's release; empty where it can't be read. */
  readonly kernel: string;
}

interface LiveChange extends AnyChange {
  readonly hierarchy: string;
  readonly notCarried: readonly string[];
}

export const kmemRenewLive: HostModule<Args, LiveState, LiveChange> = {
  kind: "host",
  name: "kmend.kmem.renew_live",
  summary: "Make kubepods again without accounting under its running pods, and move every process into it",
  options,
  wayBack:
    "Cut off half way, it is undone: every process returns to where it was. Whole, it stays: the kernel can't switch accounting on where processes run, and nothing else is different for them.",
  examples: `- systemd: {name: kubelet, state: stopped}
- kmend.kmem.renew_live:
- systemd: {name: kubelet, state: started}`,
  inspect: ({ hierarchy }) => ({
    script: sh`(
LC_ALL=C; export LC_ALL
printf 'kernel\\t%s\\n' "$(cat /proc/sys/kernel/osrelease 2>/dev/null)"
cd -- ${hierarchy} 2>/dev/null || exit 0
[ ! -d kubepods.slice ] || echo systemd-tree
${treeFunction}
[ ! -d kubepods ] || tree kubepods
if [ -d ${aside} ]; then echo half-done; tree ${aside}; fi
if systemctl is-active --quiet kubelet 2>/dev/null; then echo kubelet; fi
:
)`,
    parse: (output) => {
      const printed = text(output.stdout);
      return {
        ...readTree(printed),
        isHalfDone: /^half-done$/m.test(printed),
        isKubeletRunning: /^kubelet$/m.test(printed),
        isSystemdTree: /^systemd-tree$/m.test(printed),
        kernel: /^kernel\t(.*)$/m.exec(printed)?.[1] ?? "",
      };
    },
  }),
  plan: (state, args, { checkMode }) => state && planMove(state, args, checkMode),
  apply: ({ hierarchy }, { save }) => sh`mkdir -p ${save} && ${moveTree(hierarchy, `${save}/processes`)}`,
  // Pods come and go; what a way back can promise is where they stand, and the limits there.
  restored: ({ directories }) => settledTops(directories),
  revert: ({ hierarchy }) => putTreeBack(hierarchy),
  result: ({ state, change, output }) => {
    const count = (word: string): number => lines(output).filter((line) => line === word).length;
    return Dict.of({
      directories: change ? (state?.directories ?? []).map(({ path }) => path) : [],
      processes: change ? (state?.processes.length ?? 0) : 0,
      moved: count("moved"),
      ended: count("ended"),
      not_carried: change?.notCarried ?? [],
    });
  },
};

function planMove(state: LiveState, { hierarchy }: Args, checkMode: boolean): LiveChange | null {
  const { directories, processes, unreadable, isHalfDone, isKubeletRunning } = state;
  refuseElsewhere(state, hierarchy);
  const handing = directories.filter(handsDown);
  if (!isHalfDone && !handing.some(({ accounting }) => accounting !== "off")) return null;
  const unknown = handing.find(({ accounting }) => accounting === "unknown");
  if (unknown)
    throw new TaskFailed(
      `Cannot tell whether ${hierarchy}/${unknown.path} has accounting on: its slabinfo can't be read`,
    );
  if (unreadable.length > 0)
    throw new TaskFailed(
      `Cannot carry everything over, so nothing is moved: ${unreadable.length} files can't be read, the first is ${hierarchy}/${unreadable[0]}`,
    );
  // In check mode the task before this one has not stopped kubelet.
  if (isKubeletRunning && !checkMode)
    throw new TaskFailed(
      "Cannot renew kubepods while kubelet runs: stop it first, it kills pods whose directory is missing for a moment",
    );
  return {
    before: Object.fromEntries(directories.map(({ path, accounting }) => [path, accounting])),
    after: {
      ...Object.fromEntries(directories.map(({ path }) => [inPlace(path), "off"])),
      processes: processes.length,
    },
    hierarchy,
    notCarried: [...directories.flatMap(kernelLimit), ...neverCarried],
  };
}

/** Where it was not measured it is not done, and "nothing to do" would be a guess too: what a slabinfo means is the kernel's. */
function refuseElsewhere({ kernel, isSystemdTree }: LiveState, hierarchy: string): void {
  if (kernel === "")
    throw new TaskFailed(
      "Cannot renew kubepods under its pods: the kernel's release can't be read from /proc/sys/kernel/osrelease, and it works on EL7's 3.10 only",
    );
  if (!isEl7(kernel))
    throw new TaskFailed(
      `Cannot renew kubepods under its pods on kernel ${kernel}: it works on EL7's 3.10 only, and this leak is that kernel's own`,
    );
  if (isSystemdTree)
    throw new TaskFailed(
      `Cannot renew kubepods under its pods: ${hierarchy}/kubepods.slice stands there: that tree is the systemd driver's, which switches no accounting on. Nothing has to be renewed in it; if no pod runs in it, it is a leftover: systemctl stop kubepods.slice`,
    );
}

const unlimited = "9223372036854771712";

/** What the kernel gives no way to carry over. */
const neverCarried = [
  "peaks and counts of refusals (max_usage_in_bytes, failcnt) start again",
  "whoever is told of a container's OOM kill (the runtime, kubelet's memory notifier) listens on the old directory until the container is made again",
];

function kernelLimit({ path, kernelMemoryLimit }: Directory): string[] {
  if (kernelMemoryLimit === "" || kernelMemoryLimit === unlimited) return [];
  return [
    `the kernel memory limit of ${inPlace(path)}, ${kernelMemoryLimit}: setting it would switch accounting on`,
  ];
}

const inPlace = (path: string): string => path.replace(aside, "kubepods");

/** All but containers: what is made below it is born with what it has. */
function handsDown({ path }: Directory): boolean {
  const [, ...below] = path.split("/");
  const isInGroup = below[0] === "burstable" || below[0] === "besteffort";
  return below.length <= (isInGroup ? 2 : 1);
}

function isTop({ path }: Directory): boolean {
  return /^kubepods(\/(burstable|besteffort))?$/.test(path);
}

/** Of a move that was cut off, the limits are those of the tree that stands aside: a run that completes it carries them over, and
 *  its rollback leaves them there. */
function settledTops(directories: readonly Directory[]): Pick<Directory, "path" | "settings">[] {
  const isAside = ({ path }: Directory): boolean => path !== inPlace(path);
  const ofAside = directories.filter(isAside).map((each) => ({ ...each, path: inPlace(each.path) }));
  const others = directories.filter(
    (each) => !isAside(each) && !ofAside.some(({ path }) => path === each.path),
  );
  return [...ofAside, ...others]
    .filter(isTop)
    .map(({ path, settings }) => ({ path, settings }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function lines(output: Output | null): string[] {
  return output ? text(output.stdout).split("\n") : [];
}
