/** What a program on disk is: its build by the strings it holds, its version by asking it, its package by asking rpm or dpkg. */

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

# build_id NAME FILE: the linker's, else Go's, which stands at the head of the file
build_id() {
  if [ ! -r "$2" ]; then say unknown "$1" "$2" 'cannot be read'; return; fi
  by="readelf -n $2" id=$(bounded 10 readelf -n "$2" 2>/dev/null | sed -n 's/.*Build ID: \\([0-9a-f]*\\).*/gnu \\1/p' | head -n 1)
  [ -n "$id" ] || by="file $2" id=$(bounded 10 file -b "$2" 2>/dev/null | sed -n 's/.*BuildID\\[[^]]*\\]=\\(0x\\)*\\([0-9a-f]*\\).*/gnu \\2/p')
  [ -n "$id" ] || by="head of $2" id=$(dd if="$2" bs=32768 count=1 2>/dev/null | tr -c 'A-Za-z0-9_/-' '\\n' |
    grep -E '^.{20}(/.{20}){3}$' | head -n 1 | sed 's/^/go /')
  if [ -n "$id" ]; then say ok "$1" "$by" "$id"
  elif command -v readelf >/dev/null 2>&1 || command -v file >/dev/null 2>&1; then say unknown "$1" "$2" 'it has none'
  else say unknown "$1" "$2" 'neither readelf nor file is installed, and its head holds none of Go'
  fi
}

# debian FILE...: which package of dpkg's owns one of these, into $owner; a file may be known by the link to its folder
debian() {
  owner=
  command -v dpkg-query >/dev/null 2>&1 || return 1
  for each; do
    owner=$(bounded 10 dpkg -S "$each" 2>/dev/null | grep -v '^diversion ' | sed -n 's/[,:].*//p' | head -n 1)
    [ -z "$owner" ] || return 0
  done
  return 1
}

# origin NAME PATH REAL
origin() {
  if command -v rpm >/dev/null 2>&1 &&
    text=$(bounded 10 rpm -qf --qf '%{NEVRA}\\t%{VENDOR}\\t%{BUILDHOST}\\t%{NAME}\\n' "$3" 2>/dev/null </dev/null); then
    say ok "$1" "rpm -qf $3" "$text"
  elif debian "$3" "$2" "/usr$2" "\${2#/usr}"; then
    ran "$1" dpkg-query -W -f "\\\${Package}-\\\${Version}.\\\${Architecture}\\t\\\${Maintainer}\\t\\t\\\${Package}" "$owner"
  elif command -v dpkg-query >/dev/null 2>&1; then say unknown "$1" "dpkg -S $3" 'no package owns it'
  else ran "$1" rpm -qf "$3"
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
  origin "$1.package" "$2" "$real"
  build_id "$1.build_id" "$real"
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
