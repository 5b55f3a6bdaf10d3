/** Whether this kernel can leak at all. */

import type { Evidence } from "../evidence/evidence.ts";
import { isKnown } from "../fact.ts";
import type { Reason } from "./diagnosis.ts";

export interface KernelCase {
  /** `switched-off`: booted with cgroup.memory=nokmem by a kernel that knows it. */
  readonly kind: "affected" | "switched-off" | "not-affected" | "unknown";
  readonly reason: Reason;
}

export function kernelCase({ kernel, cgroups }: Evidence): KernelCase {
  const { version } = cgroups;
  if (version.value === "v2")
    return {
      kind: "not-affected",
      reason: { says: "cgroup v2: this accounting is not used", cites: [version.source] },
    };
  const { release, commandLine } = kernel;
  if (!isKnown(release))
    return {
      kind: "unknown",
      reason: { says: `the kernel is unknown: ${release.reason}`, cites: [release.source] },
    };
  if (!isEl7(release.value))
    return {
      kind: "not-affected",
      reason: {
        says: `kernel ${release.value} is not EL7's 3.10: this leak is EL7's own`,
        cites: [release.source],
      },
    };
  if (isKnown(commandLine) && hasNokmem(commandLine.value) && knowsNokmem(release.value) === true)
    return {
      kind: "switched-off",
      reason: {
        says: `kernel ${release.value} was booted with cgroup.memory=nokmem: it ignores every attempt to switch accounting on`,
        cites: [commandLine.source, release.source],
      },
    };
  return {
    kind: "affected",
    reason: { says: `kernel ${release.value} leaks where accounting is on`, cites: [release.source] },
  };
}

/** Every EL7 kernel, whatever its number: none was cured by an update alone. */
export function isEl7(release: string): boolean {
  return /^3\.10\.0-.*\bel7/.test(release);
}

export function hasNokmem(commandLine: string): boolean {
  return /(^|\s)cgroup\.memory=(\S*,)?nokmem(,|\s|$)/.test(commandLine);
}

/** 514 does not; 1062.4.1 and later do; in between nobody could say, hence null. */
export function knowsNokmem(release: string): boolean | null {
  const [, major = "", minor = "0", patch = "0"] =
    /^3\.10\.0-(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(release) ?? [];
  const [build, update, fix] = [Number(major), Number(minor), Number(patch)];
  if (build <= 514) return false;
  return build > 1062 || (build === 1062 && (update > 4 || (update === 4 && fix >= 1))) ? true : null;
}

/** On kernels like 514 a reclaim frees indexes, and the count of leaked ids is then too low. */
export function canReclaim(release: string): boolean {
  const [, build] = /^3\.10\.0-(\d+)/.exec(release) ?? [];
  return build !== undefined && Number(build) < 1127;
}
