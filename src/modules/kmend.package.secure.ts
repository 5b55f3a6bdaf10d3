/** Makes sure that the RPM of an installed package can be had again, before anything is done to the package. */

import { join, raw, type Script, sh } from "../script/script.ts";
import { Dict } from "../template/values.ts";
import { type AnyChange, type HostModule, TaskFailed } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";
import { inspectSecured, type Secured, sameBuild } from "./packages/secured.ts";
import { cacheFolders, securedFolder } from "./packages/state.ts";

const options = {
  name: {
    type: "list",
    elements: "str",
    required: true,
    aliases: ["pkg"],
    help: "Name the packages whose RPM is to be kept",
  },
  folder: { type: "path", default: securedFolder, help: "Keep the RPM files here, on the host" },
  search: {
    type: "list",
    elements: "path",
    default: [],
    help: "Look for RPM files in these folders of the host too",
  },
  enablerepo: { type: "list", elements: "str", default: [], help: "Enable these repositories for this task" },
  disablerepo: {
    type: "list",
    elements: "str",
    default: [],
    help: "Disable these repositories for this task",
  },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

interface SecureChange extends AnyChange {
  readonly folder: string;
  readonly missing: readonly Secured[];
}

export const packageSecure: HostModule<Args, readonly Secured[], SecureChange> = {
  kind: "host",
  name: "kmend.package.secure",
  summary:
    "Keep the RPM of an installed package, so that there is a way back; fail the host where it can't be had",
  options,
  wayBack: "The copies that it made are removed again.",
  examples: `- kmend.package.secure: {name: kubelet}
- kmend.package.secure: {name: [kubelet, runc], search: [/root/rpms]}`,
  // It copies RPMs to where nobody looks, and installs nothing.
  foresight: { sees: ({ name }) => ({ packages: name, paths: ["/etc/yum.repos.d"] }), leaves: () => ({}) },
  inspect: inspectSecured,
  plan: (state, { folder, search }) => {
    const missing = (state ?? []).filter((each) => each.installed !== null && !each.isKept);
    const lost = missing.find((each) => each.file === null && each.tool === null);
    if (lost)
      throw new TaskFailed(
        `Cannot secure the way back of ${lost.name}: the RPM of ${lost.installed}, this very build, is in no repository and not in ${[...search, ...cacheFolders].join(", ")}; put it into ${folder} on the host`,
      );
    if (missing.length === 0) return null;
    const names = missing.map((each) => each.installed);
    return { before: { kept: [] }, after: { kept: names }, folder, missing };
  },
  apply: ({ folder, missing }, { save }) => sh`(
LC_ALL=C; export LC_ALL
${sameBuild}
mkdir -p ${folder} && chmod 700 ${folder} || exit 1
${join(missing.map((each) => keep(each, folder, save)))}
:
)`,
  // Where else its RPM can be had is not the change's doing.
  restored: (state) => state.map(({ name, isKept }) => ({ name, isKept })),
  revert: (_, { save }) =>
    sh`[ ! -e ${`${save}/kept`} ] || while IFS= read -r file; do rm -f -- "$file"; done <${`${save}/kept`}`,
  result: ({ state, args }) =>
    Dict.of({
      folder: args.folder,
      packages: (state ?? []).map(({ name, installed }) => Dict.of({ name, installed })),
    }),
};

/** A download is only believed when it is the build that is installed. */
function keep({ name, file, tool, installed }: Secured, folder: string, save: string): Script {
  const fetched =
    file === null
      ? sh`${raw(tool ?? "dnf")} -y --disableexcludes=all reinstall --downloadonly --downloaddir=${folder} ${installed ?? name} >/dev/null`
      : sh`cp -p -- ${file} ${folder}/`;
  return sh`base=$(rpm -q --qf '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm' ${name})
printf '%s\\n' ${folder}/"$base" >>${`${save}/kept`}
${fetched} || { rm -f ${folder}/"$base"; exit 1; }
same_build ${folder}/"$base" ${name} || { rm -f ${folder}/"$base"; echo ${`Cannot secure the way back of ${name}: what was fetched is another build than ${installed}`} >&2; exit 1; }`;
}
