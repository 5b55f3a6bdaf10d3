#!/bin/sh
# Packs the kubelet that was built as an RPM below rpm/RPMS.
# Set: KUBELET_WORK, KUBELET_PROGRAM (below it), KUBELET_VERSION, KUBELET_RELEASE, KUBELET_REPLACES (an RPM or nothing),
# KUBELET_PLATFORM, KUBELET_SIGNING_KEY (or nothing).
set -eu
cd "$KUBELET_WORK"
program=$PWD/$KUBELET_PROGRAM
version=$KUBELET_VERSION
release=$KUBELET_RELEASE
replaces=$KUBELET_REPLACES

rm -rf rpm
mkdir -p rpm/BUILD rpm/SPECS rpm/RPMS rpm/root

# The spec of kubernetes' own build/rpms is a template: its braces are bazel's.
from_sources() {
  if [ ! -e sources/build/rpms/kubelet.spec ]; then
    echo "the sources of $version have no build/rpms/kubelet.spec: name an RPM of the kubelet that it replaces, as kubelet_replaces" >&2
    exit 1
  fi
  cp "$program" sources/build/rpms/kubelet.service rpm/BUILD/
  sed -e 's#{\(kubelet.*\)}#\1#' -e "s/OVERRIDE_THIS/$version/g" -e "s/^Release: 00/Release: $release/" \
    sources/build/rpms/kubelet.spec > rpm/SPECS/kubelet.spec
}

ask() { rpm -qp --nosignature --qf "$1" "$replaces"; }

# All that the package has beside the program, as it is: only the program is new.
from_package() {
  (cd rpm/root && rpm2cpio "$replaces" | cpio -idm --quiet)
  bin=$(ask '[%{FILENAMES}\n]' | grep '/bin/kubelet$')
  cp "$program" "rpm/root$bin"
  {
    ask 'Name: %{NAME}\n%|EPOCH?{Epoch: %{EPOCH}\n}|Summary: %{SUMMARY}\nLicense: %{LICENSE}\n%|URL?{URL: %{URL}\n}|'
    echo "Version: $version"
    echo "Release: $release"
    # What rpm finds out by itself has a bracket in its name; where it found nothing, it was told not to look.
    ask '[%{REQUIRENAME} %{REQUIREFLAGS:depflags} %{REQUIREVERSION}\n]' | grep -v '(' | sort -u | sed 's/^/Requires: /'
    ask '[%{REQUIRENAME}\n]' | grep -v '^rpmlib(' | grep -q '(' || echo 'AutoReqProv: no'
    printf '\n%%description\n'
    ask '%{DESCRIPTION}\n' | sed 's/%/%%/g'
    printf '\n%%install\ncp -a %s/. %%{buildroot}/\n' "$PWD/rpm/root"
    for act in pre:PREIN post:POSTIN preun:PREUN postun:POSTUN posttrans:POSTTRANS; do
      text=$(ask "%|${act#*:}?{%{${act#*:}}}|")
      if [ -n "$text" ]; then
        printf '\n%%%s\n' "${act%:*}"
        printf '%s\n' "$text" | sed 's/%/%%/g'
      fi
    done
    printf '\n%%files\n'
    ask '[%{FILEMODES:octal} %{FILEUSERNAME} %{FILEGROUPNAME} %{FILEFLAGS:fflags} %{FILENAMES}\n]' | listed
  } > rpm/SPECS/kubelet.spec
}

# The flags are letters: c for a config file, n for one that is never replaced, d for a document; there may be none.
listed() {
  while read -r mode user group flags name; do
    if [ -z "$name" ]; then name=$flags; flags=; fi
    case $flags in
    *c*n* | *n*c*) printf '%%config(noreplace) ' ;;
    *c*) printf '%%config ' ;;
    *d*) printf '%%doc ' ;;
    esac
    case $mode in 4???? | 04????) printf '%%dir ' ;; 120??? | 0120???) echo "$name"; continue ;; esac
    # The last four digits are the rights; those before them, the kind.
    echo "%attr(${mode#"${mode%????}"}, $user, $group) $name"
  done
}

if [ -n "$replaces" ]; then from_package; else from_sources; fi

# A build host that is no EL does not know where units go.
unitdir=$(rpm --eval '%{_unitdir}')
case $unitdir in /*) ;; *) unitdir=/usr/lib/systemd/system ;; esac
case $KUBELET_PLATFORM in
*/amd64) architecture=x86_64 ;;
*/arm64) architecture=aarch64 ;;
*) architecture=${KUBELET_PLATFORM##*/} ;;
esac
# The program goes in as it was built: rpmbuild would strip it, and then nobody could compare.
rpmbuild -bb --quiet --target "$architecture" --define "_topdir $PWD/rpm" --define "_unitdir $unitdir" \
  --define 'debug_package %{nil}' --define '__os_install_post %{nil}' --define '_build_id_links none' rpm/SPECS/kubelet.spec
built=$(find rpm/RPMS -name 'kubelet-*.rpm')
if [ -n "$KUBELET_SIGNING_KEY" ]; then
  rpmsign --define "_gpg_name $KUBELET_SIGNING_KEY" --define "__gpg $(command -v gpg)" --addsign "$built" > /dev/null
fi
echo "$built"
