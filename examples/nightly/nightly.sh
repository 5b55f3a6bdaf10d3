#!/bin/sh
# One night's work. Goes on with what the last night left, else begins anew, and starts no batch after the window's end.
#
#     REHEARSE=+10m ./nightly.sh      by daylight: the window is now, for so long
#
# Exit codes: kmend's (docs/rolling-out.md); 75 is a night that was too short; 0 also outside of the window.

set -eu
: "${INVENTORY:?}" "${PLAYBOOK:?}" "${FROM:?}" "${UNTIL:?}" "${KMEND_STATE:?}"
kmend=${KMEND:-kmend}
summary=$KMEND_STATE/nightly.json

# "01:30" as a number, of which test(1) takes 0130 for what it looks like.
minutes() { echo "${1%:*}${1#*:}"; }

is_in_window() {
  now=$(date +%H%M) from=$(minutes "$FROM") until=$(minutes "$UNTIL")
  if [ "$from" -lt "$until" ]; then
    [ "$now" -ge "$from" ] && [ "$now" -lt "$until" ]
  else # over midnight
    [ "$now" -ge "$from" ] || [ "$now" -lt "$until" ]
  fi
}

# What the last night came to: a run to go on with, or `new`, or `look`.
last_night() {
  [ -e "$summary" ] || { echo new; return; }
  jq --raw-output '
    if .state == "running" or .left.goOn == "resume" then .run # cut off by the window, a crash, or somebody
    elif .exitCode == 0 or .exitCode == 4 then "new" # 4: a host was away; the others are done, and tonight it may be back
    else "look" end' "$summary"
}

if [ -n "${REHEARSE:-}" ]; then
  end=$REHEARSE
elif is_in_window; then
  end=$UNTIL
else
  echo "It is $(date +%H:%M), and the window is from $FROM to $UNTIL: nothing is begun"
  exit 0
fi

set -- --not-after "$end" --lock-wait 10m --summary "$summary" --output plain
if [ -n "${CREDENTIALS_DIRECTORY:-}" ]; then
  set -- "$@" --private-key "$CREDENTIALS_DIRECTORY/ssh-key"
  if [ -e "$CREDENTIALS_DIRECTORY/vault-password" ]; then
    set -- "$@" --vault-password-file "$CREDENTIALS_DIRECTORY/vault-password"
  fi
fi

: >"$KMEND_STATE/nightly.begun" # tell.sh has to know whether a run came of it

# exec: systemd's signals reach kmend itself.
what=$(last_night)
case $what in
new)
  exec "$kmend" run --inventory "$INVENTORY" "$@" "$PLAYBOOK"
  ;;
look)
  echo "Nothing is begun before somebody has looked at $(jq --raw-output .run "$summary"), and removed $summary" >&2
  exit 1
  ;;
*)
  echo "Going on with $what"
  exec "$kmend" resume "$what" --inventory "$INVENTORY" "$@"
  ;;
esac
