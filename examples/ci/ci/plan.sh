#!/bin/sh
# What a change of this repository would do to the nodes; none is changed. Makes
#
#     out/plan.json    what ci/apply.sh carries out once it is merged
#     out/plan.md      the same to be read, for the pull request
#     out/plan.xml     the same as tests (JUnit)
#
# Exit codes: kmend's; not 0 where a playbook has a problem, and where a host would fail or cannot be reached.

set -eu
cd "$(dirname "$0")/.."
. ci/key.sh
mkdir -p out

kmend validate site.yml
kmend plan --inventory inventory site.yml --private-key "$key" --valid-for 7d \
  --out out/plan.json --report md=out/plan.md --report junit=out/plan.xml
