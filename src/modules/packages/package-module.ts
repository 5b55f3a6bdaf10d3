/** The four functions that package, yum, dnf and rpm share. */

import { Dict, fromJson } from "../../template/values.ts";
import { type HostModule, TaskFailed, text } from "../module.ts";
import { applyPackages } from "./apply.ts";
import { type PackageChange, planPackages } from "./change.ts";
import { foreignPackages } from "./foreign.ts";
import { type PackageArgs, packageOptions, parseSpec } from "./options.ts";
import { packageSights } from "./package-foresight.ts";
import { packagesBefore } from "./packages-before.ts";
import { restoredPackages } from "./restored.ts";
import { revertPackages } from "./revert.ts";
import { inspectPackages, type PackageState } from "./state.ts";

type PackageModule = HostModule<PackageArgs, PackageState, PackageChange>;

/** A module that works with whatever the host has: dnf, else yum, else rpm alone. */
export function packageModule(name: string, summary: string): PackageModule {
  return {
    kind: "host",
    name,
    summary,
    options: packageOptions,
    wayBack:
      "Back to the very versions, from RPM files kept beforehand, or the repositories; configuration files and version locks as they were. No way back, and said so in the plan, where the RPM installed before can't be had.",
    examples: `- ${name}: {name: /root/kubelet-1.15.5-1.x86_64.rpm, state: present}
- ${name}: {name: kubelet-1.15.5-0, allow_downgrade: true}
- ${name}: {name: [telnet, rsh], state: absent}`,
    validate: (args) => {
      for (const each of args.name) parseSpec(each);
    },
    inspect: (args) => inspectPackages(args),
    plan: planPackages,
    apply: applyPackages,
    revert: revertPackages,
    restored: restoredPackages,
    foreign: foreignPackages,
    isBefore: packagesBefore,
    again: (change) => ({ change, keep: null }),
    foresight: {
      sees: packageSights,
      leaves: ({ acts }) => ({ packages: acts.map(({ name }) => name) }),
    },
    exitIsData: true,
    result: ({ change, output }) => {
      if (!change) return Dict.of({ changed: false, msg: "Nothing to do", rc: 0, results: [] });
      const done = change.acts.map(({ from, to }) => (to ? `Installed: ${to}` : `Removed: ${from}`));
      const result = { results: done, rc: output?.code ?? 0, packages: fromJson(change.after) };
      if (!output) return Dict.of({ ...result, msg: "Check mode: no changes made" });
      const printed = text(output.stdout);
      if (output.code !== 0)
        throw new TaskFailed(
          `Failed to change ${change.acts.map((act) => act.name).join(", ")}: ${reason(text(output.stderr), printed)}`,
          {
            rc: output.code,
            stdout: printed,
            stderr: text(output.stderr),
          },
        );
      const marked = (word: string) =>
        [...printed.matchAll(new RegExp(`^${word} (.*)$`, "gm"))].map(([, rest = ""]) => rest);
      return Dict.of({
        ...result,
        msg: "",
        gone: marked("kmend-gone"),
        come: marked("kmend-come"),
        leftovers: marked("kmend-left"),
      });
    },
  };
}

function reason(stderr: string, stdout: string): string {
  const lines = (stderr.trim() || stdout.trim())
    .split("\n")
    .filter((line) => !/^rpm: (RPM should not|However)/.test(line));
  return lines.slice(-3).join(" ") || "it gave no reason";
}
