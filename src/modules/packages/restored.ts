import type { PackageChange } from "./change.ts";
import type { PackageState } from "./state.ts";

/** The versions, and the locks that the change moved: what repositories offer, which RPMs lie about and other packages' locks may be
 *  otherwise by then, by older changes that were taken back or by themselves. */
export function restoredPackages(
  { packages, locks }: PackageState,
  { locksBefore, locksAfter }: PackageChange,
): unknown {
  const moved = new Set([...locksBefore, ...locksAfter].map(({ file, line }) => `${file}\n${line}`));
  return {
    packages: packages.map(({ installed }) => ({ installed })),
    locks: locks.filter(({ file, line }) => moved.has(`${file}\n${line}`)),
  };
}
