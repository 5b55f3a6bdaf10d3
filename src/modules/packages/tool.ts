/** The command lines of dnf, yum and rpm: only flags that EL7's yum and today's dnf both understand. */

import { type Script, sh } from "../../script/script.ts";
import type { PackageArgs } from "./options.ts";

export type Flags = Pick<
  PackageArgs,
  "enablerepo" | "disablerepo" | "exclude" | "disable_gpg_check" | "update_cache"
>;

export function repositoryFlags({ enablerepo, disablerepo, exclude }: Flags): Script {
  const flags = [
    ...disablerepo.map((name) => `--disablerepo=${name}`),
    ...enablerepo.map((name) => `--enablerepo=${name}`),
    ...exclude.map((name) => `--exclude=${name}`),
  ];
  return sh`${flags}`;
}

export function transactionFlags(flags: Flags): Script {
  return sh`-y ${repositoryFlags(flags)} ${flags.disable_gpg_check ? ["--nogpgcheck"] : []}`;
}
