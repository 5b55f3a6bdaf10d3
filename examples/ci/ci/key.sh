# Sourced. Puts the login key that the secret store gave as SSH_KEY into the file $key, which goes when the script ends. It is never in an
# argument, and kmend does not find it in its environment.
# shellcheck shell=sh

umask 077
key=$(mktemp)
trap 'rm -f "$key"' EXIT
trap 'exit 99' INT TERM HUP
cat >"$key" <<END
${SSH_KEY:?The secret store gives no login key}
END
unset SSH_KEY
