/** A package by name, epoch, version, release and architecture, and rpm's order of versions. */

export interface Nevra {
  readonly name: string;
  readonly epoch: number;
  readonly version: string;
  readonly release: string;
  readonly arch: string;
}

/** What `rpm --qf` is asked to print of a package. */
export const nevraFormat = "%{NAME}\\t%{EPOCHNUM}\\t%{VERSION}\\t%{RELEASE}\\t%{ARCH}\\n";

export function parseNevra(line: string): Nevra | null {
  const [name, epoch = "0", version, release, arch] = line.split("\t");
  if (!name || version === undefined || release === undefined || arch === undefined) return null;
  return { name, epoch: Number(epoch) || 0, version, release, arch };
}

/** `kubelet-1.15.5-0.x86_64`, the epoch only where there is one. */
export function nevraText({ name, epoch, version, release, arch }: Nevra): string {
  return `${name}-${epoch ? `${epoch}:` : ""}${version}-${release}.${arch}`;
}

/** The name that its file has by default: without the epoch. */
export function fileNameOf({ name, version, release, arch }: Nevra): string {
  return `${name}-${version}-${release}.${arch}.rpm`;
}

/** Below 0 where the first is older, above 0 where it is newer. */
export function compareVersions(a: Nevra, b: Nevra): number {
  return a.epoch - b.epoch || compareSegments(a.version, b.version) || compareSegments(a.release, b.release);
}

/** Runs of digits and of letters, one by one: a number is newer than letters, `~` is older than the end, `^` newer. */
export function compareSegments(a: string, b: string): number {
  const [left, right] = [segments(a), segments(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const order = compareSegment(left[at], right[at]);
    if (order !== 0) return order;
  }
  return 0;
}

const segments = (text: string): string[] => text.match(/\d+|[A-Za-z]+|~|\^/g) ?? [];

function compareSegment(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === "~" || b === "~") return a === "~" ? -1 : 1;
  if (a === "^" || b === "^") return a === undefined || (b !== undefined && a === "^") ? -1 : 1;
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  const [isNumber, isOtherNumber] = [/^\d/.test(a), /^\d/.test(b)];
  if (isNumber !== isOtherNumber) return isNumber ? 1 : -1;
  if (!isNumber) return a < b ? -1 : 1;
  const difference = BigInt(a) - BigInt(b);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}
