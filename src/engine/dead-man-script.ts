/**
 * `confirm_within:` as it lies on the host: RUN/dead-man.sh, which waits beside the saved files and takes back what nobody confirmed.
 *
 *   armed      not confirmed yet; its one line: due, from, patience, boot, due by the clock of that boot
 *   later      it counts anew: due, boot, due by its clock; the later of both counts
 *   confirmed  it was in time
 *   taking-B   it was not: in the boot B, the host takes itself back
 *   fired      it has done so; `report` says what came of it
 *
 * Each becomes the next by a rename, which only one can do: the process that waits, or whoever confirms. Started at each boot too, the
 * script goes on wherever it stood. Within one boot it counts by the clock that nobody sets (/proc/uptime), after a reboot by the
 * host's time of day, in seconds since 1970.
 */

import { quote, type Script, sh } from "../script/script.ts";
import { hereFile } from "./here-file.ts";

/** How the host stands. */
export type DeadManStatus =
  | { readonly kind: "none" }
  | { readonly kind: "armed"; readonly due: number; readonly now: number }
  | { readonly kind: "confirmed" }
  | { readonly kind: "firing" }
  /** It was cut off in the middle, and has been told to stay so. */
  | { readonly kind: "stalled" }
  | { readonly kind: "fired"; readonly at: number; readonly code: number; readonly report: string };

/** A change's script that is under way when the time is up may go on for so long again, and after TERM for this. */
const termGraceS = 10;

/** Arms the host, from the change `from` on; prints who keeps the timer: `systemd`, `process and crontab`, or `process` alone. */
export function armDeadMan(
  folder: string,
  { run, withinS, from }: { readonly run: string; readonly withinS: number; readonly from: string },
): Script {
  const script = `${folder}/dead-man.sh`;
  return sh`(
umask 077
mkdir -p ${folder} || exit 1
${hereFile(script, deadManText(folder, run))}
sh ${script} arm ${withinS} ${from}
)`;
}

/** Keeps the changes, or says that it is too late; the status after it. */
export function confirmDeadMan(folder: string): Script {
  return sh`if [ -e ${`${folder}/dead-man.sh`} ]; then sh ${`${folder}/dead-man.sh`} confirm; else echo none; fi`;
}

/** Lets it count anew: whoever takes the host back wants to be done before it does. The status after it. */
export function deadManAgain(folder: string): Script {
  return sh`if [ -e ${`${folder}/dead-man.sh`} ]; then sh ${`${folder}/dead-man.sh`} again; else echo none; fi`;
}

export function deadManStatus(folder: string): Script {
  return sh`if [ -e ${`${folder}/dead-man.sh`} ]; then sh ${`${folder}/dead-man.sh`} status; else echo none; fi`;
}

/** Before a change: what stands in its way is known to the timer, and the timer to it. Fails where the time is up. */
export function enterArmed(folder: string): Script {
  return sh`sh ${`${folder}/dead-man.sh`} enter "$$" || exit 1`;
}

/** After a change, however it ended. */
export function leaveArmed(folder: string): Script {
  return sh`rm -f ${`${folder}/working`}`;
}

/** What {@link enterArmed} says where it is too late. */
export const timeIsUp = "kmend: the time to confirm is up on this host";

/** @param printed by {@link confirmDeadMan} or {@link deadManStatus} */
export function readDeadMan(printed: string): DeadManStatus {
  const [head = "", ...rest] = printed.trimEnd().split("\n");
  const [kind, first = "0", second = "0"] = head.split(" ");
  switch (kind) {
    case "armed":
      return { kind, due: Number(first), now: Number(second) };
    case "confirmed":
    case "firing":
    case "stalled":
      return { kind };
    case "fired":
      return { kind, at: Number(first), code: Number(second), report: rest.join("\n") };
    default:
      return { kind: "none" };
  }
}

/** The file itself: plain sh, for people at the console too. */
export function deadManText(folder: string, run: string): string {
  return `#!/bin/sh
# Takes back what the kmend run ${run} changed on this host unless it is confirmed in time (confirm_within).
#   sh dead-man.sh status     how it stands
#   sh dead-man.sh confirm    keeps the changes
umask 077
LC_ALL=C; export LC_ALL
folder=${quote(folder)}
unit=kmend-dead-man-${run}.service
units=/etc/systemd/system
cd "$folder" || exit 1
boot=
{ read -r boot < /proc/sys/kernel/random/boot_id; } 2>/dev/null

# When a process began: with it, an id that was given out again is another process. Its session comes with it.
look() {
  stat= began= session=
  { read -r stat < "/proc/$1/stat"; } 2>/dev/null || return 1
  set -- \${stat##*") "}
  [ "$1" != Z ] && [ "$#" -ge 20 ] || return 1
  session=$4
  shift 19
  began=$1
}

# Since this boot, in whole seconds; nothing where it is not known.
uptime() {
  up=
  { read -r up rest < /proc/uptime; } 2>/dev/null
  up=\${up%%.*}
}

# What is left until a time that was written down: by the clock of that boot, or by the time of day after another.
left_until() {
  uptime
  if [ -n "$3" ] && [ -n "$up" ] && [ "$2" = "$boot" ]; then left=$(($3 - up))
  else left=$(($1 - $(date +%s)))
  fi
}

# What is left of the line in that file, in seconds.
count() {
  { read -r due from patience in until < "$1"; } 2>/dev/null || return 1
  left_until "$due" "$in" "$until"
  if { read -r due in until < later; } 2>/dev/null; then
    first=$left
    left_until "$due" "$in" "$until"
    [ "$left" -gt "$first" ] || left=$first
  fi
}

arm() {
  uptime
  printf '%s\\n' "$(($(date +%s) + $1)) $2 $1 $boot \${up:+$((up + $1))}" > arming || exit 1
  rm -rf confirmed fired report told working waiting later by-*
  mv arming armed || exit 1
  if [ -d /run/systemd/system ] && [ "$(id -u)" = 0 ] && [ -d "$units" ]; then
    cat > "$units/$unit" <<kmend_unit
[Unit]
Description=Takes back what the kmend run ${run} changed unless it is confirmed in time
[Service]
ExecStart=/bin/sh "$folder/dead-man.sh" wait
KillMode=process
Restart=on-failure
[Install]
WantedBy=multi-user.target
kmend_unit
    systemctl daemon-reload && systemctl -q enable "$unit" && systemctl restart "$unit" || { rm -f armed; disarm; exit 1; }
    echo systemd
    return
  fi
  keeper=process
  if [ "$(command -v crontab)" ]; then
    { crontab -l 2>/dev/null; echo "@reboot /bin/sh '$folder/dead-man.sh' wait"; } | crontab - && : > in-crontab && keeper='process and crontab'
  fi
  detached=
  [ -z "$(command -v setsid)" ] || detached=setsid
  nohup $detached /bin/sh "$folder/dead-man.sh" wait < /dev/null > /dev/null 2>&1 &
  echo "$keeper"
}

# The process that waits has nothing to wait for any more.
end_waiting() {
  if [ -e "$units/$unit" ]; then systemctl stop "$unit"
  elif is_alive waiting; then kill "$pid"
  fi
}

# The process that wrote itself down there.
is_alive() {
  { read -r pid begun < "$1"; } 2>/dev/null && look "$pid" && [ "$began" = "$begun" ]
}

disarm() {
  if [ -e "$units/$unit" ] && [ "$(id -u)" = 0 ]; then
    systemctl -q disable "$unit"
    rm -f "$units/$unit"
    systemctl daemon-reload
  fi
  if [ -e in-crontab ]; then
    crontab -l 2>/dev/null | grep -vF "$folder/dead-man.sh" > crontab-without
    if [ -s crontab-without ]; then crontab crontab-without; else crontab -r; fi
    rm -f crontab-without in-crontab
  fi
}

# Written before "armed" is looked for, and the timer takes "armed" away before it looks for this.
again() {
  if { read -r due from patience in until < armed; } 2>/dev/null; then
    uptime
    printf '%s\\n' "$(($(date +%s) + patience)) $boot \${up:+$((up + patience))}" > later.new && mv later.new later
  fi
  status
}

# Where it was cut off while it took the host back, what is left of that is for whoever confirms.
confirm() {
  if mv armed confirmed 2>/dev/null; then { end_waiting; disarm; } 2>/dev/null
  elif ! is_taking; then
    for cut in taking-*; do
      mv "$cut" confirmed 2>/dev/null || continue
      disarm 2>/dev/null
      echo stalled
      return
    done
  fi
  status
}

is_taking() {
  [ -d "by-$boot" ] || return 1
  # It is just writing itself down.
  [ -e "by-$boot/process" ] || return 0
  is_alive "by-$boot/process"
}

status() {
  now=$(date +%s)
  if count armed; then echo "armed $((now + left)) $now"
  elif [ -e confirmed ]; then echo confirmed
  elif [ -e fired ]; then
    cat report
    # Other runs need not tell of it any more.
    { : > told; } 2>/dev/null
  else
    set -- taking-*
    if [ -e "$1" ]; then echo firing; else echo none; fi
  fi
}

# A change's script comes in here, and takes "working" away when it is done. It is written before "armed" is looked for, and
# the timer takes "armed" away before it looks for "working": one of the two sees the other.
enter() {
  look "$1"
  echo "$1 $began $session" > working
  [ -e armed ] && return
  rm -f working
  echo ${quote(timeIsUp)} >&2
  exit 1
}

works() {
  { read -r pid begun in < working; } 2>/dev/null || return 1
  look "$pid" && [ "$began" = "$begun" ]
}

# All that the script has started: each shell of kmend has a session of its own.
end_it() {
  for path in /proc/[0-9]*; do
    look "\${path#/proc/}" && [ "$session" = "$in" ] && kill "-$1" "\${path#/proc/}" 2>/dev/null
  done
}

await_end() {
  tries=$1
  while [ "$tries" -gt 0 ] && works; do
    sleep 1
    tries=$((tries - 1))
  done
  works
}

wait_and_fire() {
  look "$$"
  { echo "$$ $began" > waiting; } 2>/dev/null
  taking=taking-$boot
  set -- taking-*
  if [ -e "$1" ]; then
    # A boot goes on with what the one before cut off.
    claim || exit 0
    mv "$1" "$taking" || { rm -rf "by-$boot"; exit 0; }
  else
    until_due || exit 0
  fi
  { read -r due from patience rest < "$taking"; } 2>/dev/null
  await_end "$patience" && { end_it TERM; await_end ${termGraceS} && end_it KILL; }
  at=$(date +%s)
  said=said
  { : > said; } 2>/dev/null || said=/dev/null
  sh ./revert.sh --from "$from" > "$said" 2>&1
  { echo "fired $at $?"; cat "$said"; } > report
  mv "$taking" fired
  rm -rf said working waiting later by-*
  disarm
}

until_due() {
  while count armed; do
    if [ "$left" -gt 0 ]; then
      [ "$left" -le 5 ] || left=5
      sleep "$left"
      continue
    fi
    claim || return 1
    mv armed "$taking" 2>/dev/null || { rm -rf "by-$boot"; return 1; }
    count "$taking"
    [ "$left" -gt 0 ] || return 0
    # Confirmed and armed anew since it was read, or made to count anew: that one is not due.
    mv "$taking" armed
    rm -rf "by-$boot"
  done
  return 1
}

# One process of each boot takes back: two would do so twice at once. A full disk keeps nobody from it.
claim() {
  mkdir "by-$boot" 2>/dev/null || [ ! -d "by-$boot" ] || return 1
  look "$$"
  { echo "$$ $began" > "by-$boot/process"; } 2>/dev/null
  return 0
}

case $1 in
arm) arm "$2" "$3" ;;
again | confirm | status) "$1" ;;
enter) enter "$2" ;;
wait) wait_and_fire ;;
*) sed -n '2,4p' "$0" ;;
esac
`;
}
