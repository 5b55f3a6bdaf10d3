/** The command lines of dnf, yum and rpm: only flags that EL7's yum and today's dnf both understand. */

import { type Script, sh } from "../../script/script.ts";
import type { PackageArgs } from "./options.ts";

export type Flags = Pick<
  PackageArgs,
  "enablerepo" | "disablerepo" | "exclude" | "disable_gpg_check" | "update_cache"
> &
  // Absent in journals of earlier versions.
  Partial<Pick<PackageArgs, "disable_excludes">>;

export function repositoryFlags({ enablerepo, disablerepo, exclude, disable_excludes }: Flags): Script {
  const flags = [
    ...disablerepo.map((name) => `--disablerepo=${name}`),
    ...enablerepo.map((name) => `--enablerepo=${name}`),
    ...exclude.map((name) => `--exclude=${name}`),
    ...(disable_excludes ? [`--disableexcludes=${disable_excludes}`] : []),
  ];
  return sh`${flags}`;
}

export function transactionFlags(flags: Flags): Script {
  return sh`-y ${repositoryFlags(flags)} ${flags.disable_gpg_check ? ["--nogpgcheck"] : []}`;
}
