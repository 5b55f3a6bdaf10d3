/** A tree of memory cgroups as a live renewal must know it: every directory, what is set there, and who runs in it. */

import { type Script, sh } from "../../script/script.ts";

export interface Directory {
  /** From the hierarchy's mount: `kubepods/burstable/podUID`. */
  readonly path: string;
  readonly accounting: "on" | "off" | "unknown";
  /** What is carried over: file and value. The kernel memory limit is not: writing it switches accounting on. */
  readonly settings: Readonly<Record<string, string>>;
  readonly kernelMemoryLimit: string;
}

export interface Process {
  readonly pid: number;
  /** Field 22 of its stat: with it, a later process of the same number is another one. */
  readonly startTime: string;
  readonly path: string;
}

export interface CgroupTree {
  readonly directories: readonly Directory[];
  readonly processes: readonly Process[];
  /** Files that would have to be carried over and can't be read, with the reason. */
  readonly unreadable: readonly string[];
}

/** In the order in which they are written: a memsw limit must not be lower than the memory limit. */
export const carriedFiles = [
  "memory.use_hierarchy",
  "memory.limit_in_bytes",
  "memory.memsw.limit_in_bytes",
  "memory.soft_limit_in_bytes",
  "memory.kmem.tcp.limit_in_bytes",
  "memory.swappiness",
  "memory.oom_control",
  "memory.move_charge_at_immigrate",
  "notify_on_release",
  "cgroup.clone_children",
] as const;

/** `get FILE`: its value in $value; of oom_control the one part that can be set. No process is started: a node has
 *  thousands of these files, and kubelet stands still meanwhile. */
export const getFunction: Script = sh`get() {
  [ -e "$1" ] || return 1
  case $1 in
    */memory.oom_control) { read -r _ value <"$1"; } 2>/dev/null ;;
    *) { IFS= read -r value <"$1"; } 2>/dev/null ;;
  esac
}`;

/** `settings DIRECTORY`: file, tab, value, a line each. */
const settingsFunction: Script = sh`settings() {
  for file in ${carriedFiles}; do
    [ -e "$1/$file" ] || continue
    if get "$1/$file"; then printf 'setting\\t%s\\t%s\\n' "$file" "$value"
    else
      why=$(cat "$1/$file" 2>&1 >/dev/null)
      printf 'unreadable\\t%s\\t%s\\n' "$1/$file" "\${why##*: }"
    fi
  done
}`;

/** `start_of PID`: when it began, in ticks since the boot; nothing for one that has ended. Its name may hold anything. */
export const startFunction: Script = sh`start_of() {
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  # The name, in brackets, may hold blanks and brackets: what follows the last one is plain.
  set -f
  set -- \${stat##*) }
  set +f
  printf '%s' "\${20-}"
}`;

/** `tree TOP`: prints every directory from TOP down, in the current folder. */
export const treeFunction: Script = sh`${getFunction}
${settingsFunction}
${startFunction}
tree() {
  find "$1" -type d | while IFS= read -r directory; do
    if why=$(cat "$directory/memory.kmem.slabinfo" 2>&1 >/dev/null); then state=on
    else case $why in *'Input/output error') state=off ;; *) state=unknown ;; esac
    fi
    printf 'directory\\t%s\\t%s\\t%s\\n' "$directory" "$state" "$(cat "$directory/memory.kmem.limit_in_bytes" 2>/dev/null)"
    settings "$directory"
    if pids=$(cat "$directory/cgroup.procs" 2>&1); then
      for pid in $pids; do printf 'process\\t%s\\t%s\\n' "$pid" "$(start_of "$pid")"; done
    else printf 'unreadable\\t%s\\t%s\\n' "$directory/cgroup.procs" "\${pids##*: }"
    fi
  done
}`;

/** What `tree` printed. */
export function readTree(printed: string): CgroupTree {
  const directories: { -readonly [Key in keyof Directory]: Directory[Key] }[] = [];
  const processes: Process[] = [];
  const unreadable: string[] = [];
  for (const line of printed.split("\n")) {
    const [kind, first = "", second = "", third = ""] = line.split("\t");
    const current = directories.at(-1);
    if (kind === "directory") {
      const accounting = second === "on" || second === "off" ? second : "unknown";
      directories.push({ path: first, accounting, settings: {}, kernelMemoryLimit: third });
    } else if (kind === "unreadable") unreadable.push(`${first}: ${second}`);
    else if (kind === "setting" && current) current.settings = { ...current.settings, [first]: second };
    else if (kind === "process" && current && second !== "")
      processes.push({ pid: Number(first), startTime: second, path: current.path });
  }
  return { directories, processes, unreadable };
}
