#!/bin/sh
# Carries out a plan, and nothing else: refused before any host is changed where playbooks, inventory or hosts are not as they were planned.
#
#     ci/apply.sh out/plan.json
#
# Makes out/apply.md and out/apply.xml (JUnit). Exit codes: kmend's; 5 where the plan is refused.

set -eu
plan=$(realpath "$1")
cd "$(dirname "$0")/.."
. ci/key.sh
mkdir -p out

kmend apply "$plan" --inventory inventory --private-key "$key" --lock-wait 10m \
  --summary out/summary.json --report md=out/apply.md --report junit=out/apply.xml
