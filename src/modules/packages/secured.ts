/** Whether the RPM of what is installed now can be had, and from where. */

import { join, type Script, sh } from "../../script/script.ts";
import { type Inspection, TaskFailed, text } from "../module.ts";
import { cacheFolders } from "./state.ts";
import { repositoryFlags } from "./tool.ts";

export interface SecureArgs {
  readonly name: readonly string[];
  readonly folder: string;
  readonly search: readonly string[];
  readonly enablerepo: readonly string[];
  readonly disablerepo: readonly string[];
}

export interface Secured {
  readonly name: string;
  /** name-version-release.arch; null: it is not installed. */
  readonly installed: string | null;
  readonly isKept: boolean;
  /** A file elsewhere on the host that is this very build. */
  readonly file: string | null;
  readonly tool: "dnf" | "yum" | null;
}

/** The same name and version from another build is another package: it must be this build. */
const identity = "%{NEVRA} %{BUILDTIME} %{BUILDHOST}";

/** Also what is excluded: that keeps a package from being changed, and here none is. */
const securing = { exclude: [], disable_excludes: "all", disable_gpg_check: false, update_cache: false };

export const sameBuild: Script = sh`same_build() { [ "$(rpm -qp --nosignature --qf ${identity} "$1" 2>/dev/null)" = "$(rpm -q --qf ${identity} "$2" 2>/dev/null)" ]; }`;

export function inspectSecured(args: SecureArgs): Inspection<readonly Secured[]> {
  const folders = [...args.search, ...cacheFolders];
  return {
    script: sh`(
LC_ALL=C; export LC_ALL
command -v rpm >/dev/null 2>&1 || { echo none; exit 0; }
${sameBuild}
secured() {
  nevra=$(rpm -q --qf '%{NEVRA}' "$1" 2>/dev/null) || { printf '%s\\t\\t\\t\\t\\n' "$1"; return; }
  base=$(rpm -q --qf '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm' "$1")
  kept=no file= tool=
  if same_build ${args.folder}/"$base" "$1"; then kept=yes
  else
    for found in $(find ${folders} -name "$base" -type f 2>/dev/null); do
      if same_build "$found" "$1"; then file=$found; break; fi
    done
    if [ -z "$file" ]; then
      for each in dnf yum; do
        command -v $each >/dev/null 2>&1 || continue
        wanted=$(rpm -q --qf '%{VERSION}-%{RELEASE}' "$1")
        $each -q ${repositoryFlags({ ...args, ...securing })} list available --showduplicates "$1" 2>/dev/null | tr -s ' ' '\\n' | grep -qE "^([0-9]+:)?$wanted\\$" && tool=$each
        break
      done
    fi
  fi
  printf '%s\\t%s\\t%s\\t%s\\t%s\\n' "$1" "$nevra" "$kept" "$file" "$tool"
}
${join(args.name.map((name) => sh`secured ${name}`))}
:
)`,
    parse: (output) => {
      const printed = text(output.stdout);
      if (printed.startsWith("none"))
        throw new TaskFailed("this host has no rpm: only RPM packages are supported");
      return printed
        .split("\n")
        .filter((line) => line.includes("\t"))
        .map(readSecured);
    },
  };
}

function readSecured(line: string): Secured {
  const [name = "", nevra, kept, file, tool] = line.split("\t");
  return {
    name,
    installed: nevra || null,
    isKept: kept === "yes",
    file: file || null,
    tool: tool === "dnf" || tool === "yum" ? tool : null,
  };
}
