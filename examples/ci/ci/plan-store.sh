#!/bin/sh
# For GitLab: keeps out/plan.json in the project's package registry, under the tree of files that it was made for, and finds it there.
# What was merged is what was planned where both have the same tree, whichever way it was merged.
#
#     ci/plan-store.sh put
#     ci/plan-store.sh get

set -eu
cd "$(dirname "$0")/.."
tree=$(git rev-parse 'HEAD^{tree}')
url=$CI_API_V4_URL/projects/$CI_PROJECT_ID/packages/generic/plans/$tree/plan.json

# The token comes by standard input: arguments are seen by everybody on the machine.
ask() {
  curl --config - --fail --silent --show-error --location "$@" <<END
header = "JOB-TOKEN: $CI_JOB_TOKEN"
END
}

case ${1:-} in
put) ask --upload-file out/plan.json "$url" ;;
get)
  mkdir -p out
  ask --output out/plan.json "$url" || {
    echo "There is no plan for what was merged (tree $tree): bring the merge request up to date, and have it planned again" >&2
    exit 5
  }
  ;;
*)
  echo "usage: ci/plan-store.sh put|get" >&2
  exit 5
  ;;
esac
