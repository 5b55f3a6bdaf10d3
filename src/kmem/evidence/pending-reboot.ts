/** What waits for a reboot: another kernel that boots next, a newer one than the one that runs, or a package that asked for one. */

import { type Fact, ifKnown, isKnown, known, mapFact, unknown } from "../fact.ts";
import type { Records } from "./records.ts";

/** Each reason in words; none: nothing waits. Unknown where no reason was found and not everything could be read. */
export function pendingReboot(records: Records): Fact<readonly string[]> {
  const release = records.get("kernel.release");
  const next = nextKernel(records);
  const required = records.get("kernel.reboot_required");
  const reasons: string[] = [];
  if (isKnown(release) && isKnown(next)) {
    const { kernel, isDefault } = next.value;
    const isAnother = isDefault ? kernel !== release.value : compareVersions(kernel, release.value) > 0;
    if (isAnother)
      reasons.push(`kernel ${kernel} ${isDefault ? "boots next" : "is installed"}, ${release.value} runs`);
  }
  const [, packages] = /^needed:\s*(.*?)\s*$/.exec(ifKnown(required) ?? "") ?? [];
  if (packages !== undefined) reasons.push(`${required.source} is there${packages && `, for ${packages}`}`);
  const facts: readonly Fact<unknown>[] = [release, next, required];
  const unread = facts.find((fact) => !isKnown(fact));
  return unread && !isKnown(unread) && reasons.length === 0
    ? unknown(unread.reason, unread.source)
    : known(
        reasons,
        facts
          .filter((fact) => isKnown(fact))
          .map((fact) => fact.source)
          .join(", "),
      );
}

/** The one that the boot loader would boot, where it says so: an older one, after a rollback. Else the newest, which is mostly that. */
function nextKernel(records: Records): Fact<{ readonly kernel: string; readonly isDefault: boolean }> {
  const chosen = records.get("kernel.default");
  const [, release] = /^\S*\/vmlinuz-(\S+)$/m.exec(ifKnown(chosen) ?? "") ?? [];
  return release !== undefined
    ? known({ kernel: release, isDefault: true }, chosen.source)
    : mapFact(newestKernel(records), (kernel) => ({ kernel, isDefault: false }));
}

/** By the images in /boot and by rpm: a rescue image or a kernel to debug or dump with is none that would be booted. */
function newestKernel(records: Records): Fact<string> {
  const lists = [records.lines("kernel.images"), records.lines("kernel.packages")];
  const found = lists
    .flatMap((list) => ifKnown(list) ?? [])
    .filter((name) => /^\d/.test(name) && !/rescue|debug|kdump/.test(name))
    .sort(compareVersions);
  const newest = found.at(-1);
  const read = lists.filter(isKnown).map((list) => list.source);
  if (newest !== undefined) return known(newest, read.join(", "));
  const [images] = lists;
  return images && !isKnown(images)
    ? images
    : unknown("no installed kernel was found: is /boot mounted?", images?.source ?? "/boot");
}

/** Number by number and word by word; a number is newer than a word, as rpm has it. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const order = compareParts(left[index], right[index]);
    if (order !== 0) return order;
  }
  return 0;
}

function partsOf(version: string): readonly string[] {
  return version.match(/\d+|[a-z]+/gi) ?? [];
}

function compareParts(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  const [isNumber, isOther] = [/^\d/.test(a), /^\d/.test(b)];
  if (isNumber !== isOther) return isNumber ? 1 : -1;
  if (isNumber) return Math.sign(Number(a) - Number(b));
  return a === b ? 0 : a > b ? 1 : -1;
}
