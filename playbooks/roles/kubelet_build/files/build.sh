#!/bin/sh
# Builds kubelet beside whoever started it: sh build.sh start | wait SECONDS | stop.
# Set: KUBELET_WORK, KUBELET_PROGRAM (below it), KUBELET_BUILDER (docker or go), KUBELET_TAGS, KUBELET_PLATFORM.
#
# wait: 0 it is built; 75 it goes on, with a line of how far it is; 1 it failed, with the end of its log.
set -u
cd "$KUBELET_WORK" || exit 1
self=$KUBELET_WORK/build.sh

runs() {
  [ -s pid ] || return 1
  read -r number < pid
  # Another process may have the number by now.
  tr '\0' ' ' 2> /dev/null < "/proc/$number/cmdline" | grep -qF "$self build"
}

# How far: go names each package as it compiles it. What the build makes its generators of comes first.
progress() {
  [ -s packages ] || counted > packages
  made=$(grep -c '^[a-z0-9.]*[/.a-zA-Z0-9_-]*$' log)
  echo "$made packages compiled$(sed 's/^/, kubelet is made of /' packages), for $(($(date +%s) - $(cat began))) s: $(tail -n 1 log | cut -c 1-100)"
}

# Up to 1.20 the sources are no module to be listed, and the build lays them out below a GOPATH of its own. Nothing where neither can
# be had, as by docker.
counted() {
  { (cd sources && go list -deps ./cmd/kubelet) ||
    (cd sources && GO111MODULE=off GOPATH=$PWD/_output/local/go go list -e -deps k8s.io/kubernetes/cmd/kubelet); } 2> /dev/null |
    wc -l | grep -v '^0$'
}

case $1 in
start)
  if [ "$(cat code 2> /dev/null)" = 0 ] && [ -x "$KUBELET_PROGRAM" ]; then echo built; exit 0; fi
  if runs; then echo runs; exit 0; fi
  rm -f code
  date +%s > began
  : > log
  setsid nohup sh "$self" build > log 2>&1 < /dev/null &
  echo $! > pid
  echo started ;;
build)
  cd sources || exit 1
  if [ "$KUBELET_BUILDER" = docker ]; then
    ./build/run.sh make kubelet GOFLAGS="-v -tags=$KUBELET_TAGS" KUBE_BUILD_PLATFORMS="$KUBELET_PLATFORM"
  else
    make WHAT=cmd/kubelet GOFLAGS="-v -tags=$KUBELET_TAGS" KUBE_BUILD_PLATFORMS="$KUBELET_PLATFORM"
  fi
  echo $? > ../code.new
  mv ../code.new ../code ;;
wait)
  left=$2
  while runs && [ ! -e code ] && [ "$left" -gt 0 ]; do sleep 1; left=$((left - 1)); done
  if [ ! -e code ] && runs; then progress; exit 75; fi
  [ -e code ] || sleep 1 # it comes by the last act of what ran
  if [ "$(cat code 2> /dev/null)" = 0 ] && [ -x "$KUBELET_PROGRAM" ]; then
    echo "built in $(($(date +%s -r code) - $(cat began))) s"
    exit 0
  fi
  if [ -e code ]; then echo "the build failed ($(cat code)). The end of $PWD/log:"
  else echo "the build was cut off; run the playbook again. The end of $PWD/log:"; fi >&2
  tail -n 20 log >&2
  exit 1 ;;
stop)
  if runs; then kill -TERM "-$number" && echo stopped; else echo 'nothing runs'; fi
  rm -f pid code code.new began packages log ;;
esac
