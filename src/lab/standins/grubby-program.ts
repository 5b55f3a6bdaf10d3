/** The stand-in for grubby, and what reads its records at a boot: the command line of each kernel of a rehearsal host. */

/** Where the records lie: a file of arguments a kernel, and the name of the default one. */
export const bootFolder = "/boot/kmend-lab";

/** The text of /usr/sbin/grubby. */
export const grubbyProgram = `#!/bin/sh
# kmend rehearsal stand-in for grubby. Not grubby: a rehearsal host has no boot loader.
# It keeps each kernel's command line in ${bootFolder}, where the rehearsal's boot reads it.
# grubby --info=WHICH | --default-kernel | --set-default=KERNEL | --update-kernel=WHICH [--args=A] [--remove-args=A]
# WHICH is ALL, DEFAULT or a kernel's file, /boot/vmlinuz-RELEASE.
set -u
boot=${bootFolder}

fail() {
  echo "grubby: $1" >&2
  exit 1
}

kernels() {
  case $1 in
    ALL) for record in "$boot"/*.args; do record=\${record##*/}; echo "\${record%.args}"; done ;;
    DEFAULT) cat "$boot/default" ;;
    /boot/vmlinuz-*) [ -e "$boot/\${1#/boot/vmlinuz-}.args" ] || fail "there is no kernel $1"; echo "\${1#/boot/vmlinuz-}" ;;
    *) fail "there is no kernel $1" ;;
  esac
}

info() {
  index=0
  for release in $(kernels "$1"); do
    printf 'index=%s\\nkernel=/boot/vmlinuz-%s\\nargs="%s"\\nroot=/dev/vda1\\ntitle=%s\\n' "$index" "$release" "$(cat "$boot/$release.args")" "$release"
    index=$((index + 1))
  done
}

# without LIST ARGUMENT: a bare name takes every value of it
without() {
  kept=''
  for each in $1; do
    case $each in "$2") ;; "\${2%%=*}"=*) case $2 in *=*) kept="$kept $each" ;; esac ;; *) kept="$kept $each" ;; esac
  done
  echo \${kept}
}

update() {
  for release in $(kernels "$which"); do
    line=$(cat "$boot/$release.args")
    for each in $remove; do line=$(without "$line" "$each"); done
    for each in $add; do line="$(without "$line" "\${each%%=*}") $each"; done
    printf '%s\\n' "$line" >"$boot/$release.new"
    mv "$boot/$release.new" "$boot/$release.args"
  done
}

which='' add='' remove=''
for option in "$@"; do
  case $option in
    --info=*) info "\${option#*=}"; exit ;;
    --default-kernel) echo "/boot/vmlinuz-$(cat "$boot/default")"; exit ;;
    --set-default=*) kernels "\${option#*=}" >"$boot/default.new" && mv "$boot/default.new" "$boot/default"; exit ;;
    --update-kernel=*) which=\${option#*=} ;;
    --args=*) add="$add \${option#*=}" ;;
    --remove-args=*) remove="$remove \${option#*=}" ;;
    *) fail "this stand-in does not know $option" ;;
  esac
done
[ -n "$which" ] || fail 'nothing to do'
update
`;
