/** The options of package, yum, dnf and rpm, and the forms that a package can be named in. */

import { TaskFailed } from "../module.ts";
import type { ArgumentsOf, Options } from "../options.ts";

const refuse = (refused: string) => ({ type: "raw", refused, help: "Not supported" }) as const;

export const packageOptions = {
  name: {
    type: "list",
    elements: "str",
    required: true,
    aliases: ["pkg"],
    help: "Name packages, name-version-release, name=version, or paths of RPM files on the host",
  },
  state: {
    type: "str",
    default: "present",
    choices: ["present", "installed", "latest", "absent", "removed"],
    help: "Choose what the packages shall be",
  },
  allow_downgrade: { type: "bool", default: false, help: "Go back to an older version where one is named" },
  disable_gpg_check: {
    type: "bool",
    default: false,
    help: "Install packages whose signature cannot be checked",
  },
  enablerepo: { type: "list", elements: "str", default: [], help: "Enable these repositories for this task" },
  disablerepo: {
    type: "list",
    elements: "str",
    default: [],
    help: "Disable these repositories for this task",
  },
  exclude: { type: "list", elements: "str", default: [], help: "Leave these packages out" },
  disable_excludes: {
    type: "str",
    help: 'See also what the configuration excludes: of "all", of "main", or of the repository that has this id',
  },
  update_cache: {
    type: "bool",
    default: false,
    aliases: ["expire-cache"],
    help: "Have the repositories' lists read again first",
  },
  use: {
    type: "str",
    default: "auto",
    choices: ["auto", "dnf", "dnf4", "yum", "yum4"],
    aliases: ["use_backend"],
    help: "Accepted; the host's own tool is used: dnf, else yum, else rpm alone",
  },
  list: refuse("register the package facts or run rpm -qa instead"),
  autoremove: refuse("name the packages to remove"),
  security: refuse("name the packages to update"),
  bugfix: refuse("name the packages to update"),
  download_only: refuse("use kmend.package.secure to keep a package's RPM"),
  installroot: refuse("packages are changed on the running system only"),
  skip_broken: refuse("a transaction is done whole or not at all"),
} as const satisfies Options;

export type PackageArgs = ArgumentsOf<typeof packageOptions>;

/** One package as it was asked for. */
export interface Spec {
  readonly text: string;
  readonly kind: "file" | "name";
}

/** @throws TaskFailed for the forms that are not supported, by name. */
export function parseSpec(written: string): Spec {
  const text = written.trim();
  if (/^[a-z]+:\/\//i.test(text))
    throw new TaskFailed(
      `Cannot install ${text}: URLs are not supported; bring the file to the host with copy first`,
    );
  if (text.startsWith("@"))
    throw new TaskFailed(`Cannot install ${text}: groups are not supported; name the packages`);
  if (/[<>]|>=|<=/.test(text))
    throw new TaskFailed(`Cannot install ${text}: version ranges are not supported; name one version`);
  if (/[*?]/.test(text))
    throw new TaskFailed(`Cannot install ${text}: patterns are not supported; name the packages`);
  if (text.startsWith("/") && text.endsWith(".rpm")) return { text, kind: "file" };
  if (text.startsWith("/") || text.endsWith(".rpm"))
    throw new TaskFailed(
      `Cannot install ${text}: a file is named by its whole path on the host, ending in .rpm`,
    );
  return { text: text.replace(/\s*==?\s*/, "-"), kind: "name" };
}
