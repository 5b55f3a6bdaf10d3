/** What a program on disk is: its build by the strings it holds, its version by asking it, its package by asking rpm. */

import { type Script, sh } from "../../script/script.ts";

/** In every libcontainer built with kernel memory accounting, and in none without. */
export const kmemString = "either tasks have already joined this cgroup or it has children";
/** In those built with the nokmem tag from 1.0.0-rc7 on. */
export const nokmemString = "kernel memory accounting disabled in this runc build";

export const binarySection: Script = sh`
# signs NAME FILE SHOWN: reads FILE, says that it is SHOWN
signs() {
  if [ ! -e "$2" ]; then say unknown "$1" "$3" 'No such file or directory'
  elif [ ! -r "$2" ]; then say unknown "$1" "$3" 'Permission denied'
  else say ok "$1" "$3" "$(has "$2" ${kmemString}) $(has "$2" ${nokmemString})"
  fi
}

# program NAME PATH
program() {
  real=$(readlink -f "$2" 2>/dev/null || echo "$2")
  say ok "$1.path" "$2" "$real"
  signs "$1.signs" "$real" "$real"
  if text=$(bounded 10 "$2" --version 2>&1 </dev/null); then say ok "$1.version" "$2 --version" "$text"
  else say unknown "$1.version" "$2 --version" "exited with $?\${text:+: $text}"
  fi
  ran "$1.package" rpm -qf --qf '%{NEVRA}\\t%{VENDOR}\\t%{BUILDHOST}\\n' "$real"
  # ctime: when it came to be on this disk, whatever time its package gave it
  ran "$1.changed" stat -c %Z "$real"
}

# started NAME PID: when a process began, in seconds since 1970
started() {
  if text=$(stat -c %Y "$proc/$2" 2>&1); then say ok "$1" "$proc/$2" "$text"
  else say unknown "$1" "$proc/$2" "\${text##*: }"
  fi
}
`;
