import type { Sights } from "../foresight.ts";
import { type PackageArgs, parseSpec } from "./options.ts";
import type { PackageState } from "./state.ts";

/** Where repositories, pins and their keys stand. */
const repositories = ["/etc/yum.repos.d", "/etc/yum.conf", "/etc/dnf", "/etc/yum", "/etc/pki/rpm-gpg"];

/** What is there already asks no repository. What is not may come with another package that is installed before. */
export function packageSights(args: PackageArgs, state: PackageState | null): Sights {
  const specs = args.name.map((name) => parseSpec(name));
  const isRemoval = args.state === "absent" || args.state === "removed";
  const isThere = state?.packages.every((looked) => looked.isThere) ?? false;
  const asks = !isRemoval && (args.state === "latest" || !isThere);
  return {
    packages: [
      ...specs.map(({ text }) => text),
      ...(state?.packages ?? []).flatMap(({ installed, file }) =>
        [...installed, ...(file ? [file] : [])].map(({ name }) => name),
      ),
    ],
    paths: [
      ...specs.filter(({ kind }) => kind === "file").map(({ text }) => text),
      ...(asks ? repositories : []),
    ],
    isAbsent: !isRemoval && (state?.packages.some(({ installed }) => installed.length === 0) ?? true),
  };
}
