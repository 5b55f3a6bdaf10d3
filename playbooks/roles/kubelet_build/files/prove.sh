#!/bin/sh
# Proves on the package itself that it is what was wanted, and then keeps it with what was found.
# Set: as for pack.sh; KUBELET_PRODUCT, where the package goes; KUBELET_INPUTS, what it was built from.
set -eu
cd "$KUBELET_WORK"
replaces=$KUBELET_REPLACES
built=$(find rpm/RPMS -name 'kubelet-*.rpm')
wanted=$KUBELET_VERSION-$KUBELET_RELEASE
# What the runc that kubelet carries says where kmem is built in, and where it is not.
kmem='either tasks have already joined this cgroup or it has children'
nokmem='kernel memory accounting disabled in this runc build'

failed=
no() { echo "NO: $1" >&2; failed=1; }
ask() { rpm -qp --nosignature --qf "$1" "$2"; }
listing='[%{FILEMODES:octal} %{FILEUSERNAME} %{FILEGROUPNAME} %{FILEFLAGS:fflags} %{FILENAMES}\n]'
# The files of a package, unpacked.
unpack() { rm -rf "$2"; mkdir -p "$2"; rpm2cpio "$1" | (cd "$2" && cpio -idm --quiet); }
has() { LC_ALL=C grep -acF "$1" "$2" || true; }
# The newest version of the C library that a program asks for: a node must have it.
libc() { LC_ALL=C grep -aoE 'GLIBC_2\.[0-9]+' "$1" | sort -t . -k 2 -n | tail -n 1 | grep . || echo none; }

[ "$(ask '%{VERSION}-%{RELEASE}' "$built")" = "$wanted" ] || no "it is $(ask '%{VERSION}-%{RELEASE}' "$built"), and $wanted was wanted"

unpack "$built" new
program=new$(ask '[%{FILENAMES}\n]' "$built" | grep '/bin/kubelet$')
cmp -s "$program" "$KUBELET_PROGRAM" || no 'the program in the package is not the one that was built'
[ "$(has "$kmem" "$program")" = 0 ] || no 'the program has kmem: it switches accounting on'
[ "$(has "$nokmem" "$program")" != 0 ] || no 'the program lacks what a kubelet without kmem has: is it one?'
"$program" --version | grep -qF "v$KUBELET_VERSION" || no "it says that it is $("$program" --version)"

if [ -n "$replaces" ]; then
  unpack "$replaces" old
  ask "$listing" "$built" > new.list
  ask "$listing" "$replaces" > old.list
  cmp -s old.list new.list || no "its files are not those of the package that it replaces: $(diff old.list new.list | grep '^[<>]' | tr '\n' ' ')"
  different=$(diff -rq old new | grep -v '/bin/kubelet' || true)
  [ -z "$different" ] || no "beside the program it differs from the package that it replaces: $different"
  {
    echo "files: those of $(basename "$replaces"), all alike but the program"
    echo "C library: it asks for $(libc "$program"), the one before for $(libc "old${program#new}")"
  } > proof.txt
else
  {
    echo "files: $(ask '[%{FILENAMES} ]' "$built")"
    echo "C library: it asks for $(libc "$program")"
  } > proof.txt
fi
if [ -n "$KUBELET_SIGNING_KEY" ]; then
  rpm -qp --qf '%{SIGPGP:pgpsig}%{RSAHEADER:pgpsig}\n' "$built" | grep -i -o 'key id.*' | head -n 1 | sed 's/^/signed: /' > signed.txt
  [ -s signed.txt ] || no 'it is not signed'
  cat signed.txt >> proof.txt
fi
[ -z "$failed" ] || exit 1

mkdir -p "${KUBELET_PRODUCT%/*}"
rm -rf "$KUBELET_PRODUCT" product.new
mkdir product.new
cp "$built" proof.txt product.new/
printf '%s\n' "$KUBELET_INPUTS" > product.new/build.json
(cd product.new && sha256sum -- *.rpm build.json proof.txt > SHA256SUMS)
mv product.new "$KUBELET_PRODUCT"
