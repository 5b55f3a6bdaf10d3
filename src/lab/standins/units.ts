/** The systemd units and settings of the stand-ins and of the host's kernel. */

import type { Driver, Engine } from "../fleet.ts";
import { bootFolder } from "./grubby-program.ts";

/** `more` are further lines of its [Unit]. */
export const kubeletUnit = (more = ""): string => `[Unit]
Description=kubelet (kmend rehearsal stand-in)
After=kmend-lab-kernel.service docker.service containerd.service
StartLimitIntervalSec=0
${more}
[Service]
EnvironmentFile=-/etc/sysconfig/kubelet
ExecStart=/usr/bin/kubelet $KUBELET_EXTRA_ARGS
Restart=always
RestartSec=2
# Pods outlive the kubelet.
KillMode=process

[Install]
WantedBy=multi-user.target
`;

export const dockerUnit = `[Unit]
Description=docker (kmend rehearsal stand-in)
After=kmend-lab-kernel.service

[Service]
Type=notify
ExecStart=/usr/bin/dockerd
Restart=always
RestartSec=2
KillMode=process

[Install]
WantedBy=multi-user.target
`;

export const containerdUnit = `[Unit]
Description=containerd (kmend rehearsal stand-in)
After=kmend-lab-kernel.service

[Service]
Type=notify
ExecStart=/usr/bin/containerd
Restart=always
RestartSec=2
KillMode=process

[Install]
WantedBy=multi-user.target
`;

/** What decides kubelet's flags on a host. */
export interface KubeletSettings {
  readonly address: string;
  readonly engine: Engine;
  readonly driver: Driver;
}

const packaged: KubeletSettings = { address: "127.0.0.1", engine: "docker", driver: "cgroupfs" };

/** /etc/sysconfig/kubelet; hosts share the machine's network, so each answers its health check, and serves its metrics, on its own address. */
export function kubeletSysconfig({ address, engine, driver } = packaged): string {
  const flags = [
    `--healthz-bind-address=${address}`,
    `--address=${address}`,
    "--pod-manifest-path=/etc/kubernetes/manifests",
    `--cgroup-driver=${driver}`,
    // Before 1.24 kubelet starts containers by docker unless it is told of another engine.
    ...(engine === "containerd"
      ? ["--container-runtime=remote", "--container-runtime-endpoint=unix:///run/containerd/containerd.sock"]
      : []),
  ];
  return `KUBELET_EXTRA_ARGS="${flags.join(" ")}"\n`;
}

/**
 * Puts the kernel's model where the kernel's own files are, before anything looks there. A boot is a reboot of the
 * model too: every cgroup is gone, and the parameters that grubby keeps of its kernel take effect.
 */
export const kernelUnit = `[Unit]
Description=EL7 kernel model (kmend rehearsal)
DefaultDependencies=no
After=local-fs.target
Before=sysinit.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/lib/kmend-lab/boot

[Install]
WantedBy=sysinit.target
`;

export const kernelBootScript = `#!/bin/sh
# kmend rehearsal: binds the kernel's model over the kernel's own files.
set -eu
model=/srv/kmend-lab
boot=${bootFolder}
release=$(cat $boot/default 2>/dev/null || cat $model/osrelease)
echo "reboot $release $(cat "$boot/$release.args" 2>/dev/null)" >$model/control
mkdir -p $boot
[ -e $boot/default ] || echo "$release" >$boot/default
[ -e "$boot/$release.args" ] || cat $model/cmdline >"$boot/$release.args"
mkdir -p /sys/fs/cgroup/memory 2>/dev/null || true
bind() { mount --bind "$model/$1" "$2"; }
bind cgroup /sys/fs/cgroup/memory
bind slab /sys/kernel/slab
bind cgroups /proc/cgroups
bind cmdline /proc/cmdline
bind osrelease /proc/sys/kernel/osrelease
bind drop_caches /proc/sys/vm/drop_caches
`;
