#!/bin/sh
# Exits with 0 where Alertmanager has no alert for the node, and with another code where it has one or does not answer:
# a rollout that hears nothing does not go on.
#
#     ALERTMANAGER=http://alerts.example.com:9093 ./signal.sh app-1

set -eu
node=$1

alerts=$(curl --fail --silent --show-error --max-time 10 --get "$ALERTMANAGER/api/v2/alerts" \
  --data-urlencode active=true --data-urlencode silenced=false --data-urlencode inhibited=false \
  --data-urlencode "filter=node=\"$node\"")

firing=$(printf '%s' "$alerts" | jq --raw-output 'map(.labels.alertname) | unique | join(", ")')
[ -n "$firing" ] || exit 0
echo "$node: $firing" >&2
exit 1
