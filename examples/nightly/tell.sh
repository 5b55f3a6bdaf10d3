#!/bin/sh
# Tells somebody what the night came to: a sentence, and the run's report as Markdown.

set -eu
: "${TELL:?}" "${KMEND_STATE:?}"
kmend=${KMEND:-kmend}
summary=$KMEND_STATE/nightly.json

message() {
  if [ -z "$(find "$summary" -newer "$KMEND_STATE/nightly.begun" 2>/dev/null)" ]; then
    echo "The night on $(uname -n) failed before anything was begun: journalctl -u kmend-nightly"
    return
  fi
  jq --raw-output --arg host "$(uname -n)" '
    "The night on \($host): \(if .state == "running" then "it was cut off"
                             else "exit code \(.exitCode), \(.reason)" end), \(.run)"' "$summary"
  echo
  "$kmend" report "$(jq --raw-output .run "$summary")"
}

message | sh -c "$TELL"
