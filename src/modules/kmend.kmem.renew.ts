/**
 * Renews `kubepods`, drained: its three directories are removed from the memory hierarchy, and from it alone, while
 * kubelet is stopped and no pod runs. Kubelet makes them again when it starts, with accounting as its build has it.
 */

import { join, type Script, sh } from "../script/script.ts";
import { Dict } from "../template/values.ts";
import { type AnyChange, type HostModule, TaskFailed, text } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  hierarchy: {
    type: "path",
    default: "/sys/fs/cgroup/memory",
    help: "Name the mount of the memory hierarchy",
  },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

interface Directory {
  readonly path: string;
  readonly accounting: "on" | "off" | "unknown";
  readonly limit: string;
}

interface RenewState {
  readonly directories: readonly Directory[];
  /** Directories of pods, or of anything else that stands where pods do. */
  readonly pods: readonly string[];
  readonly isKubeletRunning: boolean;
}

interface RenewChange extends AnyChange {
  readonly hierarchy: string;
  readonly directories: readonly Directory[];
}

export const kmemRenew: HostModule<Args, RenewState, RenewChange> = {
  kind: "host",
  name: "kmend.kmem.renew",
  summary: "Remove a kubepods that hands accounting down, so that kubelet makes a clean one",
  options,
  wayBack:
    "The directories are made again with accounting on, as they were, unless pods run in new ones by then: those stay. What the kernel had leaked is not given back either way.",
  examples: `- systemd: {name: kubelet, state: stopped}
- kmend.kmem.renew:
- systemd: {name: kubelet, state: started}`,
  inspect: ({ hierarchy }) => ({
    script: inspection(hierarchy),
    parse: (output) => read(text(output.stdout)),
  }),
  plan: (state, { hierarchy }, { checkMode }) => {
    if (!state?.directories.some(({ accounting }) => accounting !== "off")) return null;
    const unreadable = state.directories.find(({ accounting }) => accounting === "unknown");
    if (unreadable)
      throw new TaskFailed(
        `Cannot tell whether ${hierarchy}/${unreadable.path} has accounting on: its slabinfo can't be read`,
      );
    // In check mode the tasks before this one have not stopped kubelet, nor drained the node.
    if (state.isKubeletRunning && !checkMode)
      throw new TaskFailed(
        "Cannot renew kubepods while kubelet runs: stop it first, it would make the directories again",
      );
    if (state.pods.length > 0 && !checkMode)
      throw new TaskFailed(
        `Cannot renew kubepods while pods are in it: ${state.pods.length} directories, the first is ${state.pods[0]}; drain the node first`,
      );
    return {
      before: Object.fromEntries(state.directories.map(({ path, accounting }) => [path, accounting])),
      after: Object.fromEntries(state.directories.map(({ path }) => [path, "absent"])),
      hierarchy,
      directories: state.directories,
    };
  },
  apply: ({ hierarchy, directories }) =>
    join(
      [...directories].reverse().map(({ path }) => sh`rmdir -- ${`${hierarchy}/${path}`}`),
      " && ",
    ),
  restored: ({ directories }) => directories,
  revert: restore,
  result: ({ change }) => Dict.of({ renewed: change?.directories.map(({ path }) => path) ?? [] }),
};

/** kubepods first, its QoS groups after it. A systemd driver's kubepods.slice never has accounting on. */
function inspection(hierarchy: string): Script {
  return sh`(
LC_ALL=C; export LC_ALL
cd -- ${hierarchy} 2>/dev/null || exit 0
for directory in kubepods kubepods/burstable kubepods/besteffort; do
  [ -d "$directory" ] || continue
  if why=$(cat "$directory/memory.kmem.slabinfo" 2>&1 >/dev/null); then state=on
  else case $why in *'Input/output error') state=off ;; *) state=unknown ;; esac
  fi
  printf 'directory\\t%s\\t%s\\t%s\\n' "$directory" "$state" "$(cat "$directory/memory.limit_in_bytes" 2>/dev/null)"
done
for pod in kubepods/*/ kubepods/burstable/*/ kubepods/besteffort/*/; do
  case $pod in kubepods/burstable/ | kubepods/besteffort/) continue ;; esac
  [ ! -d "$pod" ] || printf 'pod\\t%s\\n' "$pod"
done
if systemctl is-active --quiet kubelet 2>/dev/null; then echo kubelet; fi
:
)`;
}

function read(printed: string): RenewState {
  const lines = printed.split("\n").map((line) => line.split("\t"));
  return {
    directories: lines
      .filter(([kind]) => kind === "directory")
      .map(([, path = "", state, limit = ""]) => ({
        path,
        accounting: state === "on" || state === "off" ? state : "unknown",
        limit,
      })),
    pods: lines.filter(([kind]) => kind === "pod").map(([, path = ""]) => path.replace(/\/$/, "")),
    isKubeletRunning: lines.some(([kind]) => kind === "kubelet"),
  };
}

/** The first limit that is written switches accounting on, and -1 lifts the limit again: that is how it came to be. */
function restore({ hierarchy, directories }: RenewChange): Script {
  const removed = [...directories]
    .reverse()
    .map(({ path }) => sh`rmdir -- ${`${hierarchy}/${path}`} 2>/dev/null`);
  const top = `${hierarchy}/${directories[0]?.path ?? "kubepods"}`;
  return sh`(
${join(removed)}
if [ -d ${top} ]; then echo ${`${top} holds pods: it stays as it is`} >&2; exit 0; fi
${join(directories.map((each) => remade(each, hierarchy)))}
)`;
}

function remade({ path, accounting, limit }: Directory, hierarchy: string): Script {
  const at = `${hierarchy}/${path}`;
  const isTop = !path.includes("/");
  return sh`mkdir -- ${at} || exit 1
${accounting === "on" && isTop ? sh`echo 1 >${`${at}/memory.kmem.limit_in_bytes`} && echo -1 >${`${at}/memory.kmem.limit_in_bytes`} || exit 1` : sh`:`}
${/^\d+$/.test(limit) ? sh`echo ${limit} >${`${at}/memory.limit_in_bytes`} || exit 1` : sh`:`}`;
}
