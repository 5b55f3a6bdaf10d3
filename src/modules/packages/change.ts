/** What a task will do to which package, and how each can be taken back. */

import { type AnyChange, type Setting, TaskFailed } from "../module.ts";
import { isInstallOnly } from "./install-only.ts";
import { type Lock, lockAt, locksOf, lockText } from "./locks.ts";
import { compareVersions, fileNameOf, type Nevra, nevraText } from "./nevra.ts";
import type { PackageArgs } from "./options.ts";
import { cacheFolders, type Looked, type PackageState, type Tool } from "./state.ts";
import type { Flags } from "./tool.ts";

export interface Act {
  readonly kind: "install" | "downgrade" | "remove";
  /** What the tool is given: a file's path, or name-version-release.arch. */
  readonly argument: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly name: string;
  /** Where the RPM of `from` can be had before it goes: a file on the host, the repository, or nowhere. */
  readonly original: { readonly file: string } | "repository" | null;
}

export interface PackageChange extends AnyChange {
  readonly tool: Exclude<Tool, "none">;
  readonly acts: readonly Act[];
  readonly locksBefore: readonly Lock[];
  readonly locksAfter: readonly Lock[];
  readonly flags: Flags;
}

export function planPackages(
  state: PackageState | null,
  args: PackageArgs,
  _: Setting,
): PackageChange | null {
  if (!state || state.tool === "none") return null;
  const { tool } = state;
  const acts = state.packages.map((looked) => actOn(looked, args, tool)).filter((act) => act !== null);
  if (acts.length === 0) return null;
  const locksBefore = acts.flatMap((act) => locksOf(act.name, state.locks));
  const locksAfter = acts.flatMap((act) => locksAfterAct(act, state));
  const [before, after] = [shown(acts, "from", locksBefore), shown(acts, "to", locksAfter)];
  const lost = acts.find((act) => act.from !== null && act.original === null);
  return {
    tool,
    acts,
    locksBefore,
    locksAfter,
    flags: {
      enablerepo: args.enablerepo,
      disablerepo: args.disablerepo,
      exclude: args.exclude,
      ...(args.disable_excludes ? { disable_excludes: args.disable_excludes } : {}),
      disable_gpg_check: args.disable_gpg_check,
      update_cache: args.update_cache,
    },
    before,
    after,
    diff: [
      {
        beforeHeader: "packages before",
        afterHeader: "packages after",
        before: lines(before),
        after: lines(after),
      },
    ],
    ...(lost
      ? {
          lacksWayBack: true,
          irreversible: `the RPM of ${lost.from}, which is installed now, is in no repository and not in ${cacheFolders.join(", ")}; keep it with kmend.package.secure first`,
        }
      : {}),
  };
}

function actOn(looked: Looked, args: PackageArgs, tool: Tool): Act | null {
  const isRemoval = args.state === "absent" || args.state === "removed";
  return isRemoval ? removal(looked) : installation(looked, args, tool);
}

function removal(looked: Looked): Act | null {
  const now = looked.installed[0];
  if (!now || (looked.spec.kind === "name" && !looked.isThere)) return null;
  return {
    kind: "remove",
    argument: nevraText(now),
    name: now.name,
    from: nevraText(now),
    to: null,
    original: originalOf(looked, now),
  };
}

function installation(looked: Looked, args: PackageArgs, tool: Tool): Act | null {
  const { spec, isThere, file } = looked;
  if (spec.kind === "file" && !file)
    throw new TaskFailed(
      `No RPM file found matching '${spec.text}': it is not there, or rpm cannot read it`,
      { rc: 127 },
    );
  if (isThere && args.state !== "latest") return null;
  if (isThere && spec.kind === "file") return null;
  const wanted = file ?? newestOffered(looked, args, tool);
  if (!wanted) return null;
  if (isInstallOnly(wanted) && looked.installed.some((each) => nevraText(each) === nevraText(wanted)))
    return null;
  const now = isInstallOnly(wanted) ? undefined : looked.installed.find((each) => each.name === wanted.name);
  const order = now ? compareVersions(wanted, now) : 1;
  if (order === 0 && now && now.arch === wanted.arch) return null;
  if (order < 0 && !args.allow_downgrade) return null;
  return {
    kind: order < 0 ? "downgrade" : "install",
    argument: spec.kind === "file" ? spec.text : nevraText(wanted),
    name: wanted.name,
    from: now ? nevraText(now) : null,
    to: nevraText(wanted),
    original: now ? originalOf(looked, now) : null,
  };
}

/** The newest that is offered under what was named; null when `latest` has nothing newer than what is there. */
function newestOffered(looked: Looked, args: PackageArgs, tool: Tool): Nevra | null {
  const { spec, offered, installed, isThere } = looked;
  if (tool === "rpm")
    throw new TaskFailed(
      `Cannot find a package called ${spec.text}: this host has neither dnf nor yum, so only RPM files can be installed`,
      { rc: 126 },
    );
  const name = installed[0]?.name;
  const matching = offered.filter((each) => each.name === spec.text || namesIt(spec.text, each));
  const newest = matching.sort(compareVersions).at(-1);
  if (newest) return newest;
  if (args.state === "latest" && isThere && name === spec.text) return null;
  throw new TaskFailed(`No package ${spec.text} available.`, { rc: 126 });
}

/** name-version, name-version-release, or that with its architecture. */
function namesIt(text: string, { name, epoch, version, release, arch }: Nevra): boolean {
  const versions = epoch ? [version, `${epoch}:${version}`] : [version, `0:${version}`];
  return versions.some((each) =>
    [`${name}-${each}`, `${name}-${each}-${release}`, `${name}-${each}-${release}.${arch}`].includes(text),
  );
}

function originalOf({ saved, offered }: Looked, now: Nevra): Act["original"] {
  const file = saved.find((path) => path.endsWith(`/${fileNameOf(now)}`));
  if (file) return { file };
  return offered.some((each) => nevraText(each) === nevraText(now)) ? "repository" : null;
}

function locksAfterAct(act: Act, state: PackageState): Lock[] {
  const looked = state.packages.find(({ installed, file, offered }) =>
    [...installed, ...(file ? [file] : []), ...offered].some(({ name }) => name === act.name),
  );
  const wanted = [looked?.file, ...(looked?.offered ?? [])].find(
    (each) => each && nevraText(each) === act.to,
  );
  return wanted ? locksOf(act.name, state.locks).map((lock) => lockAt(lock.file, wanted)) : [];
}

interface Shown {
  readonly packages: Readonly<Record<string, string | null>>;
  readonly locks: readonly string[];
}

function shown(acts: readonly Act[], side: "from" | "to", locks: readonly Lock[]): Shown {
  return { packages: Object.fromEntries(acts.map((act) => [act.name, act[side]])), locks: lockText(locks) };
}

function lines({ packages, locks }: Shown): string {
  const installed = Object.entries(packages).map(
    ([name, nevra]) => `${nevra ?? `${name} is not installed`}\n`,
  );
  return [...installed, ...locks.map((lock) => `locked: ${lock}\n`)].join("");
}
