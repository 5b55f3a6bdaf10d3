#!/bin/sh
# The same work as ten-tasks.yml, as one script for one ssh call: what it costs where nothing is asked or recorded.
set -e
uname -r >/dev/null
cat /proc/uptime >/dev/null
stat /etc/ssh/sshd_config >/dev/null
[ -f /etc/kmend-bench.conf ] || { printf 'managed by the benchmark\n' >/etc/kmend-bench.conf; chmod 0644 /etc/kmend-bench.conf; }
systemctl is-active --quiet dbus || systemctl start dbus
rpm -q kubelet >/dev/null || :
mkdir -p -m 0755 /var/lib/kmend-bench
grep -qxs 'mode=fast' /etc/kmend-bench.list || echo 'mode=fast' >>/etc/kmend-bench.list
systemctl is-active --quiet ssh || systemctl start ssh
