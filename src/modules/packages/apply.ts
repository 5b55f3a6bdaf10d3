/**
 * The transaction. Before it: the originals and the configuration files are kept, every package's version is noted.
 * After it: what it brought along, and the .rpmnew and .rpmsave files that it left, are printed.
 */

import { join, raw, type Script, sh } from "../../script/script.ts";
import type { Where } from "../module.ts";
import type { Act, PackageChange } from "./change.ts";
import { isInstallOnly, keepsAll } from "./install-only.ts";
import { relock, resume, suspend } from "./locks.ts";
import { transactionFlags } from "./tool.ts";

export function applyPackages(change: PackageChange, { save }: Where): Script {
  const { acts, locksBefore, locksAfter } = change;
  const old = acts.filter((act) => act.from !== null);
  return sh`(
LC_ALL=C; export LC_ALL
save=${save}
${noteAll("before")}
leftovers() { find /etc -name '*.rpmnew' -o -name '*.rpmsave' -o -name '*.rpmorig' 2>/dev/null | sort; }
leftovers >"$save/leftovers"
${join(old.map((act) => keepOriginal(change, act)))}
${keepConfiguration(old.map((act) => act.name))}
${suspend(locksBefore)}
${transaction(change)}
code=$?
if [ "$code" != 0 ]; then
  ${resume(locksBefore)}
  exit "$code"
fi
${relock(locksBefore, locksAfter)}
${noteAll("after")}
diff "$save/before" "$save/after" | sed -n 's/^< /kmend-gone /p; s/^> /kmend-come /p'
leftovers | grep -vxF -f "$save/leftovers" | sed 's/^/kmend-left /'
:
)`;
}

/** Every installed package, sorted; imported keys are no packages. */
export function noteAll(name: string): Script {
  return sh`${allPackages} >"$save/${raw(name)}"`;
}

export const allPackages: Script = raw(
  `rpm -qa --qf '%{NAME}-%{EPOCHNUM}:%{VERSION}-%{RELEASE}.%{ARCH}\\n' | grep -v '^gpg-pubkey-' | sort`,
);

/** A way back that the plan promised and that is gone now ends the task before anything is touched. */
function keepOriginal({ tool, flags }: PackageChange, { original, from }: Act): Script {
  if (original === null) return raw(":");
  const failed = sh`{ echo ${`Cannot keep the RPM of ${from}: nothing was changed`} >&2; exit 1; }`;
  if (original !== "repository") return sh`cp -p -- ${original.file} "$save/" || ${failed}`;
  const flagged = transactionFlags(flags);
  return sh`${raw(tool)} ${flagged} reinstall --downloadonly --downloaddir="$save" ${from ?? ""} >/dev/null || ${failed}`;
}

function keepConfiguration(names: readonly string[]): Script {
  if (names.length === 0) return raw(":");
  return sh`rpm -qc ${names} 2>/dev/null | while IFS= read -r file; do
  if [ -e "$file" ] || [ -L "$file" ]; then printf '%s\\n' ".$file"; fi
done >"$save/config-files"
[ ! -s "$save/config-files" ] || tar -C / -cf "$save/config.tar" -T "$save/config-files" || exit 1`;
}

function transaction(change: PackageChange): Script {
  const { tool, acts, flags } = change;
  const beside = acts.filter((act) => act.kind === "install" && isInstallOnly(act));
  if (tool === "rpm") return join(rpmRuns(change, beside), " && ");
  const each = (kind: Act["kind"]) => acts.filter((act) => act.kind === kind).map((act) => act.argument);
  const [installs, downgrades, removals] = [each("install"), each("downgrade"), each("remove")];
  const runs: Script[] = [];
  const word = raw(tool);
  if (flags.update_cache) runs.push(sh`${word} -q clean expire-cache >/dev/null`);
  const run = (verb: string, what: readonly string[]) =>
    sh`${word} ${transactionFlags(flags)} ${verb === "install" && beside.length > 0 ? [keepsAll] : []} ${verb} ${what}`;
  if (removals.length > 0) runs.push(run("remove", removals));
  if (downgrades.length > 0) runs.push(run("downgrade", downgrades));
  if (installs.length > 0) runs.push(run("install", installs));
  return join(runs, " && ");
}

/** One transaction for what comes: packages of a set need one another. What is to lie beside others is not to replace them. */
function rpmRuns({ acts, flags }: PackageChange, beside: readonly Act[]): Script[] {
  const of = (all: readonly Act[], kind: Act["kind"]) =>
    all.filter((act) => act.kind === kind).map((act) => act.argument);
  const replacing = acts.filter((act) => !beside.includes(act));
  const [removals, downgrades] = [of(acts, "remove"), of(acts, "downgrade")];
  const files = [...downgrades, ...of(replacing, "install")];
  const unchecked = flags.disable_gpg_check ? ["--nosignature"] : [];
  const runs: Script[] = [];
  if (removals.length > 0) runs.push(sh`rpm -e ${removals}`);
  if (files.length > 0)
    runs.push(sh`rpm -U ${downgrades.length > 0 ? ["--oldpackage"] : []} ${unchecked} -- ${files}`);
  if (beside.length > 0) runs.push(sh`rpm -i ${unchecked} -- ${of(beside, "install")}`);
  return runs;
}
