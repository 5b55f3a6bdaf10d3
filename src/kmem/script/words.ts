/** The few shell words that the evidence script is made of. */

import { type Script, sh } from "../../script/script.ts";

/** Between records, and between the fields of one: characters that no file read here holds. */
export const recordMark = "\x1e";
export const fieldMark = "\x1f";

/** `say STATUS NAME SOURCE TEXT` writes one record; the rest say what a file, a command or a link told. */
export const words: Script = sh`
say() { printf '\\036%s\\037%s\\037%s\\037%s' "$1" "$2" "$3" "$4"; }

# bounded SECONDS COMMAND...: no command may hold up the round trip
if command -v timeout >/dev/null 2>&1; then
  bounded() { timeout "$@"; }
else
  bounded() { shift; "$@"; }
fi

# file NAME PATH
file() {
  if [ -d "$2" ]; then say unknown "$1" "$2" 'Is a directory'
  elif text=$(cat "$2" 2>&1); then say ok "$1" "$2" "$text"
  else say unknown "$1" "$2" "\${text##*: }"
  fi
}

# ran NAME COMMAND...
ran() {
  name=$1; shift
  if ! command -v "$1" >/dev/null 2>&1; then say unknown "$name" "$*" "no such command: $1"
  elif text=$(bounded 10 "$@" 2>/dev/null </dev/null); then say ok "$name" "$*" "$text"
  else
    code=$?
    [ "$code" != 124 ] || text='no answer within 10 s'
    say unknown "$name" "$*" "exited with $code\${text:+: $text}"
  fi
}

# flag NAME...: the value that lines of arguments on stdin give it, --name=VALUE or --name VALUE; the last one counts
flag() {
  awk -v names="$*" '
    BEGIN { count = split(names, name, " ") }
    wanted { value = $0; wanted = 0; next }
    { for (i = 1; i <= count; i++) {
        if ($0 == name[i]) wanted = 1
        else if (index($0, name[i] "=") == 1) value = substr($0, length(name[i]) + 2)
    } }
    END { print value }'
}

# has FILE WORDS...: which of the fixed strings a binary holds, by number; every grep but busybox's reads binaries
if printf 'x\\000y\\n' | grep -aqF y 2>/dev/null; then
  has() { grep -acF "$2" "$1"; }
else
  has() { tr '\\000' '\\n' <"$1" | grep -cF "$2"; }
fi
`;
