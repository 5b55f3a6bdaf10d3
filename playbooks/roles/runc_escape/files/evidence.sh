# Names every runc on this node, in use or not, a line each: path, version, package manager, package, whether the package's
# changelog could be read, which of the CVEs given as arguments it names, and which of them its version is known to have mended.
# Tabs lie between. Changes nothing.
#
# An argument is a CVE, or CVE@SYSTEM@PACKAGE@VERSION: the version of a Debian package that mended it, as in @debian-12@runc@.
LC_ALL=C
export LC_ALL

# A stale program that only a configuration file knows is found by that.
configured() {
  sed 's/[,{}]/\
/g' /etc/docker/daemon.json 2>/dev/null |
    sed -n 's/.*"path"[[:space:]]*:[[:space:]]*"\(\/[^"]*\)".*/\1/p'
  cat /etc/containerd/config.toml /etc/crio/crio.conf /etc/crio/crio.conf.d/* 2>/dev/null |
    sed -n -e 's/^[[:space:]]*BinaryName[[:space:]]*=[[:space:]]*"\(\/[^"]*\)".*/\1/p' \
      -e 's/^[[:space:]]*runtime_path[[:space:]]*=[[:space:]]*"\(\/[^"]*\)".*/\1/p'
}

installed() {
  find /usr /opt /var/lib/rancher \( -name runc -o -name 'runc.*' -o -name 'docker-runc*' -o -name nvidia-container-runtime \) \
    \( -type f -o -type l \) 2>/dev/null
}

version() {
  "$1" --version 2>/dev/null </dev/null | sed -n 's/^runc version \([^ ]*\).*/\1/p' | head -n 1
}

# Both managers answer alike: the package's name, or nothing where no package brought the file.
owner_rpm() { owners=$(rpm -qf --qf '%{NAME} ' "$1" 2>/dev/null) && echo "${owners%% *}"; }
owner_dpkg() { owners=$(dpkg -S "$1" 2>/dev/null) && echo "${owners%%[:,]*}"; }

changelog_rpm() { rpm -q --changelog "$1" 2>/dev/null; }
changelog_dpkg() {
  for file in "/usr/share/doc/$1/changelog.Debian.gz" "/usr/share/doc/$1/changelog.gz"; do
    [ ! -r "$file" ] || gzip -dc "$file"
  done
}

system=$(. /etc/os-release 2>/dev/null && echo "$ID-$VERSION_ID")
is_mended() {
  [ "$manager" = dpkg ] && [ "${1%@*}" = "$system@$package" ] || return 1
  dpkg --compare-versions "$(dpkg-query -W -f '${Version}' "$package")" ge "${1##*@}"
}

{ configured; installed; } | while IFS= read -r path; do
  [ ! -x "$path" ] || readlink -f "$path"
done | sort -u | while IFS= read -r path; do
  manager='' package='' changelog='' is_read=no named='' known=''
  for each in rpm dpkg; do
    [ -z "$package" ] && command -v $each >/dev/null && package=$(owner_$each "$path") && manager=$each
  done
  [ -z "$package" ] || changelog=$(changelog_$manager "$package")
  [ -z "$changelog" ] || is_read=yes
  for each in "$@"; do
    case $each in
      *@*) ! is_mended "${each#*@}" || known="$known,${each%%@*}" ;;
      *) case $changelog in *"$each"*) named="$named,$each" ;; esac ;;
    esac
  done
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$path" "$(version "$path")" "$manager" "$package" "$is_read" "${named#,}" "${known#,}"
done
