/**
 * The lock on a host, as files of its state folder.
 *
 * `lock-N` says whose it is; the one with the highest number counts. It is made by a hard link, which fails where the name is taken:
 * of two who come at once one gets it. Whoever finds that the holder is gone makes the next number, and takes nothing away from
 * anybody. `beat-TOKEN` is the holder's heartbeat, in seconds since 1970 by the host's own clock.
 *
 *   lock-N, a line each: token, run, who, since, command, boot, process, its beginning
 *   shell-TOKEN-PROCESS, one for each shell that has worked under it: boot, its beginning
 */

import type { LockHolder } from "../journal/journal.ts";
import { raw, type Script, sh } from "../script/script.ts";

export interface LockOwner {
  /** Of this process of kmend alone. */
  readonly token: string;
  readonly run: string;
  /** `user@controller`. */
  readonly who: string;
  /** ISO 8601, UTC, by the controller's clock. */
  readonly since: string;
  readonly command: string;
}

/** A holder whose heart has not beaten for so long is gone. Twice missed beats, and a slow link besides. */
export const staleAfterS = 60;

/** An earlier process of the same run, that is known to be dead, may have left a script running there. */
export const leftOverS = 10;

/** A run of which the host took itself back, as nobody had confirmed it; nobody has been told of that yet. */
export interface Found {
  readonly run: string;
  /** By the host's clock, in seconds since 1970. */
  readonly at: number;
  /** Of the host's revert.sh. */
  readonly code: number;
}

export type LockAnswer =
  | {
      readonly kind: "held";
      readonly number: number;
      readonly broken: Holder | null;
      readonly found: readonly Found[];
    }
  | { readonly kind: "busy"; readonly holder: Holder };

/** `state` is `silent` where it was broken for that, `left` by an earlier process of this run, `working` where a script of such a one
 *  still runs. */
export type Holder = LockHolder;

/** @param own runs whose controller is known to be dead: this one's earlier processes, and the run that is taken back
 *  @param check what must hold of the folder before anything is written there */
export function takeLock(
  folder: string,
  owner: LockOwner,
  own: readonly string[],
  check: Script = raw(":"),
): Script {
  return sh`${functions(folder)}
umask 077
# Every program that is started here is started on every host at once: builtins where they do.
[ -d "$folder" ] || mkdir -p "$folder" || exit 1
${check}
# A run that nobody has confirmed takes itself back soon: whoever changes the host meanwhile would be in its way.
for armed in "$folder"/*/armed "$folder"/*/taking-*; do
  [ -e "$armed" ] || continue
  h_run=\${armed%/*} h_run=\${h_run##*/} h_since=
  mine=
  for run in ${own}; do [ "$run" = "$h_run" ] && mine=1; done
  [ -z "$mine" ] || continue
  { read -r h_since rest < "$armed"; } 2>/dev/null
  h_who= h_command= age=0 state=armed
  printf 'busy\n'; say; exit 0
done
token=${owner.token}
boot=
{ read -r boot < /proc/sys/kernel/random/boot_id; } 2>/dev/null
printf '%s\n' "$token" ${owner.run} ${owner.who} ${owner.since} ${owner.command} "$boot" "$$" "$(began "$$")" 2>/dev/null > "$folder/draft-$token-$$" &&
  date +%s > "$folder/beat-$token" || {
  # A builtin does not say why; cat does.
  echo "$token" | cat > "$folder/draft-$token-$$"
  rm -f "$folder/draft-$token-$$" "$folder/beat-$token"
  exit 1
}
# Whoever comes first is told what the host took back by itself. Those whose run it was ask by themselves.
found() {
  for file in "$folder"/*/fired; do
    [ -e "$file" ] && [ ! -e "\${file%/*}/told" ] || continue
    run=\${file%/*} run=\${run##*/}
    for mine in ${own}; do [ "$run" != "$mine" ] || continue 2; done
    { read -r kind at code rest < "\${file%/*}/report"; } 2>/dev/null || continue
    : > "\${file%/*}/told"
    printf 'found %s %s %s\n' "$run" "$at" "$code"
  done
}
tries=0
while :; do
  newest
  state=
  if [ "$number" -gt 0 ]; then
    holder
    mine=
    for run in ${own}; do [ "$run" = "$h_run" ] && mine=1; done
    if [ "$h_token" = "$token" ] || [ -n "$mine" ]; then
      state=left
      if at_work; then
        tries=$((tries + 1))
        if [ "$tries" -le ${leftOverS} ]; then sleep 1; continue; fi
        state=working
      elif [ "$h_token" = "$token" ]; then found; printf 'held %s\n' "$number"; exit 0
      fi
    elif [ "$age" -gt ${staleAfterS} ]; then state=silent
    fi
    case $state in
    '' | working)
      rm -f "$folder/draft-$token-$$"
      # The heart of a holder that waits for its own script beats on.
      [ "$h_token" = "$token" ] || rm -f "$folder/beat-$token"
      printf 'busy\n'; say; exit 0 ;;
    esac
  fi
  next=$((number + 1))
  if ln "$folder/draft-$token-$$" "$folder/lock-$next" 2>/dev/null; then
    found
    printf 'held %s\n' "$next"
    [ -z "$state" ] || say
    exit 0
  fi
  [ -e "$folder/lock-$next" ] || { echo "cannot make $folder/lock-$next" >&2; exit 1; }
done`;
}

/** The same before anything is changed. The shell that is to do it is written down: whoever takes the lock over from a dead process of
 *  this run waits for it. Many work under one lock, of one user by two ways, or one after another. */
export function workUnderLock(folder: string, number: number, token: string): Script {
  return sh`${lockStillHeld(folder, number, token)}
[ -e ${`${folder}/shell-${token}`}-$$ ] || (
  umask 077
  boot= stat=
  { read -r boot < /proc/sys/kernel/random/boot_id; read -r stat < /proc/$$/stat; } 2>/dev/null
  set -- \${stat##*") "}
  [ "$#" -lt 20 ] || { shift 19; printf '%s\n' "$boot" "$1" > ${`${folder}/shell-${token}`}-$$; }
) || :`;
}

/** Fails, and says so, where the lock is not this one any more. */
export function lockStillHeld(folder: string, number: number, token: string): Script {
  return sh`kmend_token=
{ read -r kmend_token < ${`${folder}/lock-${number}`}; } 2>/dev/null || :
if [ "$kmend_token" != ${token} ] || [ -e ${`${folder}/lock-${number + 1}`} ]; then
  echo ${lostLock} >&2
  exit 1
fi`;
}

export const lostLock = "kmend: the lock on this host was lost";

/** @param aheadS for how long no other beat can be sent, as when the host reboots */
export function beat(
  folder: string,
  { number, token }: { readonly number: number; readonly token: string },
  aheadS = 0,
): Script {
  return sh`(
${lockStillHeld(folder, number, token)}
umask 077
printf '%s\n' "$(($(date +%s) + ${aheadS}))" > ${`${folder}/draft-${token}`} && mv ${`${folder}/draft-${token}`} ${`${folder}/beat-${token}`}
)`;
}

/** Takes away what is ours, with what others left behind before us. Two names of one host share a lock: the second finds nothing.
 *  @param isDoubtful a script of ours may still be at work there: then the lock stays */
export function releaseLock(folder: string, number: number, token: string, isDoubtful = false): Script {
  return sh`(
folder=${folder}
number=${number}
[ -e "$folder/lock-$number" ] || [ -e "$folder/lock-$((number + 1))" ] || exit 0
${isDoubtful ? refuseAtWork(folder) : raw(":")}
${lockStillHeld(folder, number, token)}
while [ "$number" -gt 1 ]; do
  number=$((number - 1))
  { read -r old < "$folder/lock-$number"; } 2>/dev/null && rm -f "$folder/beat-$old" "$folder/lock-$number" "$folder"/draft-"$old"-* "$folder"/shell-"$old"-*
done
rm -f "$folder"/lock-${number} "$folder"/beat-${token} "$folder"/draft-${token}-* "$folder"/shell-${token}-*
)`;
}

function refuseAtWork(folder: string): Script {
  return sh`${functions(folder)}
boot=
{ read -r boot < /proc/sys/kernel/random/boot_id; } 2>/dev/null
holder
if at_work; then echo 'a script of this run is still at work there' >&2; exit 1; fi`;
}

function functions(folder: string): Script {
  return sh`folder=${folder}
# The highest number; 0: nobody has it.
newest() {
  number=0
  for file in "$folder"/lock-*; do
    [ -e "$file" ] || continue
    n=\${file##*/lock-}
    case $n in *[!0-9]*) continue ;; esac
    [ "$n" -le "$number" ] || number=$n
  done
}
holder() {
  h_token= h_run= h_who= h_since= h_command= h_boot= h_pid= h_began=
  { read -r h_token; read -r h_run; read -r h_who; read -r h_since; read -r h_command; read -r h_boot; read -r h_pid; read -r h_began; } < "$folder/lock-$number" 2>/dev/null
  last=0
  { read -r last < "$folder/beat-$h_token"; } 2>/dev/null
  case $last in '' | *[!0-9]*) last=0 ;; esac
  age=$(($(date +%s) - last))
}
# When a process began: with it, an id that was given out again is another process.
began() {
  stat=
  { read -r stat < "/proc/$1/stat"; } 2>/dev/null
  set -- \${stat##*") "}
  [ "$#" -lt 20 ] || { shift 19; printf '%s' "$1"; }
}
# One of the holder's shells is there still: it may have a script. This one has not.
at_work() {
  if [ "$h_pid" != "$$" ] && [ "$h_boot" = "$boot" ] && [ -n "$h_began" ] && [ "$(began "$h_pid")" = "$h_began" ]; then return 0; fi
  for file in "$folder"/shell-"$h_token"-*; do
    [ -e "$file" ] && [ "\${file##*-}" != "$$" ] || continue
    s_boot= s_began=
    { read -r s_boot; read -r s_began; } < "$file"
    [ "$s_boot" = "$boot" ] && [ -n "$s_began" ] && [ "$(began "\${file##*-}")" = "$s_began" ] || continue
    return 0
  done
  return 1
}
say() { printf '%s\n' "$h_run" "$h_who" "$h_since" "$h_command" "$age" "$state"; }`;
}

/** @param output what {@link takeLock} printed */
export function readLockAnswer(output: string): LockAnswer {
  const lines = output.split("\n");
  const found = lines.filter((line) => line.startsWith("found ")).map(readFound);
  const [verdict = "", ...rest] = lines.slice(found.length);
  const [run = "", who = "", since = "", command = "", age = "0", state = ""] = rest;
  const holder: Holder = {
    run: plainWord(run),
    who: plainWord(who),
    since: plainWord(since),
    command: plainWord(command),
    beatAgoS: Number(age) || 0,
    state: plainWord(state),
  };
  if (verdict === "busy") return { kind: "busy", holder };
  return { kind: "held", number: Number(verdict.split(" ")[1]), broken: run === "" ? null : holder, found };
}

function readFound(line: string): Found {
  const [, run = "", at, code] = line.split(" ");
  return { run: plainWord(run), at: Number(at) || 0, code: Number(code) || 0 };
}

/** The host says it, and people copy it into a command: nothing that a shell reads otherwise. */
function plainWord(text: string): string {
  return text.replaceAll(/[^\w@.:+-]/g, "?").slice(0, 200);
}
