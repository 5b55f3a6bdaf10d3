/** What every host's system is made of. The cached image is named after this text: change it and a new one is made. */

const packages = [
  "systemd",
  "systemd-sysv",
  "dbus",
  "openssh-server",
  "rpm",
  "dnf",
  "dnf-plugins-core", // versionlock
  "procps",
  "iproute2",
  "sudo",
];

/** Left out of the image: nothing reads them there, and they are a third of it. */
const unread = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*"];

/** Units that wait for hardware, or would reach for the machine's own network. */
const masked = [
  "getty.target",
  "console-getty.service",
  "apt-daily.timer",
  "apt-daily-upgrade.timer",
  "dpkg-db-backup.timer",
  "e2scrub_all.timer",
  "fstrim.timer",
  "systemd-journal-flush.service",
  "systemd-networkd.service",
  "systemd-networkd.socket",
  "systemd-networkd-wait-online.service",
  "systemd-resolved.service",
  "systemd-firstboot.service",
  "systemd-update-utmp.service",
  "ssh.socket",
];

/** Runs in the new image's root once its packages are in. */
const finish = `
set -e
cd "$1"
ln -s dnf usr/bin/yum
chroot . useradd --create-home --shell /bin/bash ops
chroot . useradd --create-home --shell /bin/bash deploy
mkdir -p -m 700 root/.ssh home/ops/.ssh home/deploy/.ssh
chroot . chown ops: /home/ops/.ssh
chroot . chown deploy: /home/deploy/.ssh
printf 'ops ALL=(ALL:ALL) ALL\\ndeploy ALL=(ALL:ALL) NOPASSWD: ALL\\n' > etc/sudoers.d/lab
chmod 440 etc/sudoers.d/lab
for unit in ${masked.join(" ")}; do ln -sf /dev/null "etc/systemd/system/$unit"; done
mkdir -p srv/kmend-lab run/sshd etc/systemd/journald.conf.d
printf '[Journal]\\nStorage=volatile\\nRuntimeMaxUse=8M\\n' > etc/systemd/journald.conf.d/lab.conf
chroot . rpm --initdb
rm -f etc/ssh/ssh_host_* etc/machine-id var/lib/dbus/machine-id etc/hostname etc/resolv.conf
rm -rf var/lib/apt/lists var/cache/apt/* var/cache/debconf/*-old var/log/apt var/log/dpkg.log
`;

/** The arguments that make mmdebstrap make the image there. */
export function recipeFor(folder: string): readonly string[] {
  return [
    "--quiet",
    "--variant=apt",
    "--format=directory",
    `--include=${packages.join(",")}`,
    '--aptopt=Apt::Install-Recommends "false"',
    ...unread.map((path) => `--dpkgopt=path-exclude=${path}`),
    `--customize-hook=${finish}`,
    "bookworm",
    folder,
  ];
}
