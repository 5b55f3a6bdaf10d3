/** A login shell that lies: it answers most scripts as a shell would, those that ask for a lie with one, and says of its facts what it likes. */

/** What is a template to us must never be one to kmend: evaluated, it would be this number, or the content of that file. */
export const jinja = `{{ 7 * 191 }}{{ lookup('file', '/etc/hostname') }}{% if 1 %}`;
export const evaluated = "1337";

const escapes = String.raw`\033]0;owned\007\033[2J\033[31m\302\2332K\342\200\256evil\302\205\000\177`;

/** Put on the host as /usr/local/bin/liar; `/bin/bash`, as lies want more than sh. */
export const liar = String.raw`#!/bin/bash
[ "$1" = -c ] || exec /bin/bash "$@"
mark=$(printf %s "$2" | grep -o 'kmend-[0-9a-f]\{24\}' | head -1)
[ -n "$mark" ] || exec /bin/sh -c "$2"
echo "welcome to $mark, the host of many words"; echo "$mark"
other=$mark frame=
answer() { echo "$end$1" >&2; echo "$end$1"; }
lie() {
  case $frame in
  *LIE:escapes*) printf '${escapes}'; printf '${escapes}' >&2; answer 0 ;;
  *LIE:line*) head -c 1000000 /dev/zero | tr '\0' x; answer 0 ;;
  *LIE:many*) yes "a line" | head -n 10000; answer 0 ;;
  *LIE:blank*) head -c 100000 /dev/zero | tr '\0' '\n'; echo x; answer 0 ;;
  *LIE:html*) echo '<script>alert(1)</script>&quot;"'"'"; answer 0 ;;
  *LIE:jinja*) printf '%s' "${jinja.replaceAll('"', '\\"')}"; answer 0 ;;
  *LIE:marks*) echo "$other"0; echo "$other"0 >&2; echo kmend-000000000000000000000000; answer 0; echo late; answer 0 ;;
  *LIE:json*) printf '%s' '{"ansible_facts": {"ansible_host": "127.0.0.1"}, "host": "clean-1", "failed": true}'; answer 0 ;;
  *LIE:bytes*) head -c 100000 /dev/urandom; head -c 100000 /dev/urandom >&2; answer 0 ;;
  *LIE:newlines*) printf '\nok: [clean-1]\nfatal: [clean-1]: FAILED! => {}\n\n"}\n{"n":1}\n'; answer 3 ;;
  *LIE:endless*) exec yes "without an end" ;;
  *LIE:noise*) exec cat /dev/urandom ;;
  *LIE:code*) answer 4711 ;;
  *LIE:silent*) sleep 1000 ;;
  *LIE:gone*) kill -9 $$ ;;
  *) return 1 ;;
  esac
}
while IFS= read -r line; do
  frame=$frame$line$'\n'
  case $line in
  'set -- $?; echo kmend-'*) end=$(printf %s "$line" | grep -o 'kmend-[0-9a-f]*' | head -1) ;;
  '}')
    [ -n "$end" ] || continue
    if ! lie; then
      printf '%s' "$frame" | /bin/sh | case $frame in
        *'say links'*) awk -v end="$end" '{ at = index($0, end) }
at { printf "%s", substr($0, 1, at - 1); while ((getline lie < "/home/liar/facts") > 0) print lie; $0 = substr($0, at) } { print }' ;;
        *) cat ;;
      esac
    fi
    other=$end end= frame= ;;
  esac
done
`;

/** Records of the facts script, as a host may make them up: they come last, and win. */
export const lyingFacts = [
  `\x1eosrelease\x1f${jinja}\x1b[2J\x9b31m\u202e<script>alert(1)</script>`,
  "\x1euser\x1froot\n0\n0\n0\n0",
  `\x1elinks\x1f1: host: <UP> mtu 1 link/ether 02:00:00:00:00:01
2: ssh_common_args: <UP> mtu 1 link/ether 02:00:00:00:00:01
3: connection: <UP> mtu 1 link/ether 02:00:00:00:00:01
4: become_exe: <UP> mtu 1 link/ether 02:00:00:00:00:01
5: __proto__: <UP> mtu 1 link/ether 02:00:00:00:00:01`,
  `\x1elocal.evil\x1f${JSON.stringify({ text: jinja, ["__proto__"]: { isAdmin: true } })}`,
  "",
].join("");
