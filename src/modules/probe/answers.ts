/** What a runtime that was asked for a kernel memory limit answered, by what its container's cgroup read. */

import { isEl7 } from "../../kmem/kmem.ts";
import { limit } from "./reading.ts";

/** `in-force`, `ignored` and `refused` are the three things that a build does; with `inherited`, what the cgroup had already.
 *  `no-limit`: this hierarchy has none to set. `unknown`: it did not start, or could not be read. */
export interface Answer {
  readonly runtime: string;
  readonly answer: "in-force" | "inherited" | "ignored" | "refused" | "no-limit" | "unknown";
  /** null: it says nothing of that. */
  readonly switches_on: boolean | null;
  readonly says: string;
}

export interface Asked {
  /** Each runtime's version, where it said one. */
  readonly versions: Readonly<Record<string, string | null>>;
  readonly release: string;
  /** It was booted with a cgroup.memory=nokmem that it knows. */
  readonly isToldToIgnore: boolean;
}

export function answersIn(stdout: string, asked: Asked): readonly Answer[] {
  return stdout.split("\n").flatMap((line) => answer(line, asked));
}

/** Folders that could not be taken away. */
export function leftIn(stdout: string): readonly string[] {
  return [...stdout.matchAll(/^left\t(.*)$/gm)].map(([, folder = ""]) => folder);
}

type Says = Omit<Answer, "runtime">;

function answer(line: string, asked: Asked): Answer[] {
  const [kind, runtime = "", first = "", second = "", third = ""] = line.split("\t");
  if (kind === "refused") return [{ runtime, ...refused(first) }];
  if (kind !== "ran") return [];
  const reads: Readonly<Record<string, () => Says>> = {
    on: () => on(second, asked),
    off: () => off(asked.versions[runtime] ?? null, asked),
    none: () =>
      said(
        "no-limit",
        null,
        "it ran; this kernel's memory cgroups have no kernel memory limit, as under cgroup v2",
      ),
    lost: () => said("unknown", null, "it ran, and no memory cgroup of its name was found"),
  };
  const unread = () => said("unknown", null, "it ran, and its cgroup's slabinfo could not be read");
  // Whatever the cgroup reads: its word is the build's own.
  if (/Kernel memory settings are ignored/i.test(third)) return [{ runtime, ...newer }];
  return [{ runtime, ...(reads[first] ?? unread)() }];
}

function said(answer: Answer["answer"], switches_on: boolean | null, says: string): Says {
  return { answer, switches_on, says };
}

function on(readLimit: string, { release }: Asked): Says {
  if (readLimit === String(limit))
    return said("in-force", true, "it ran with the limit in force: it switches accounting on");
  if (!isEl7(release))
    return said(
      "unknown",
      null,
      `it ran, its slabinfo answers and the limit reads ${readLimit}: on kernel ${release} that says nothing`,
    );
  return said(
    "inherited",
    true,
    `it ran with accounting on, though the limit reads ${readLimit}: it inherited it, or switched it on`,
  );
}

const newer = said("ignored", false, "it ran and ignored the limit: rc94 or later, which sets none any more");

/** Those that say nothing are told apart by their age. */
function off(version: string | null, { isToldToIgnore }: Asked): Says {
  if (isToldToIgnore)
    return said(
      "ignored",
      false,
      "it ran, and the kernel, booted with cgroup.memory=nokmem, ignored the limit: this says nothing of the build",
    );
  const age = ageOf(version);
  if (age === "newer") return newer;
  if (age === "rc6") return said("ignored", false, "it ran and ignored the limit: built with nokmem at rc6");
  return said("ignored", false, "it ran and ignored the limit: built with nokmem at rc6, or rc94 and later");
}

/** By the version that it says of itself; runtimes that are no runc have numbers of their own, which tell nothing here. */
function ageOf(version: string | null): "rc6" | "newer" | null {
  const [, minor, candidate] = /^1\.(\d+)\.\d+(?:-rc\.?(\d+))?/.exec(version ?? "") ?? [];
  if (minor === undefined) return null;
  if (minor !== "0" || candidate === undefined || Number(candidate) >= 94) return "newer";
  return Number(candidate) <= 6 ? "rc6" : null;
}

function refused(printed: string): Says {
  if (printed.includes("kernel memory accounting disabled in this runc build"))
    return said("refused", false, "it refused the limit: built with nokmem, rc7 to rc93");
  const way = /unknown flag: --kernel-memory/.test(printed)
    ? "; this docker can't be told of a kernel memory limit any more: ask the runtime itself, with `by: bundle`"
    : "";
  return said("unknown", null, `the container did not start: ${printed.trim()}${way}`);
}
