/** What a cgroup is for, by its path: both drivers' shapes, whatever the root that kubelet was given. */

import type { CgroupKind } from "./evidence.ts";

/**
 * cgroupfs: kubepods/burstable/podUID/ID. systemd: kubepods.slice/kubepods-burstable.slice/
 * kubepods-burstable-podUID.slice/docker-ID.scope. Guaranteed pods stand directly below kubepods.
 */
export function cgroupKind(path: string): CgroupKind {
  if (path === "") return "root";
  const parts = path.split("/");
  const top = parts.findIndex((part) => part === "kubepods" || part === "kubepods.slice");
  if (top < 0) return isEngineFolder(parts) ? "container" : "other";
  const below = parts.slice(top + 1);
  if (below.length === 0) return "kubepods";
  if (below.length === 1 && /^(kubepods-)?(burstable|besteffort)(\.slice)?$/.test(below[0] ?? ""))
    return "qos";
  const pod = below.findIndex((part) => podUid(part) !== null);
  if (pod < 0) return "other";
  return pod === below.length - 1 ? "pod" : pod === below.length - 2 ? "container" : "other";
}

/** The pod's uid as the API writes it, or null when this is no pod's directory. */
export function podUid(name: string): string | null {
  const [, uid] =
    /^(?:kubepods(?:-burstable|-besteffort)?-)?pod([0-9a-z_-]+?)(?:\.slice)?$/i.exec(name) ?? [];
  return uid?.replaceAll("_", "-") ?? null;
}

/** A container started by hand: docker/ID, or system.slice/docker-ID.scope. */
function isEngineFolder(parts: readonly string[]): boolean {
  return (
    (parts[0] === "docker" && parts.length === 2) || /^docker-[0-9a-f]+\.scope$/.test(parts.at(-1) ?? "")
  );
}
