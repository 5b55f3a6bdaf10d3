/** What the host has, and could have, of the packages a task names. */

import { join, raw, type Script, sh } from "../../script/script.ts";
import { type Inspection, TaskFailed, text } from "../module.ts";
import { type Lock, readLocks } from "./locks.ts";
import { type Nevra, nevraFormat, parseNevra } from "./nevra.ts";
import { type PackageArgs, parseSpec, type Spec } from "./options.ts";
import { repositoryFlags } from "./tool.ts";

export type Tool = "dnf" | "yum" | "rpm" | "none";

export interface PackageState {
  readonly tool: Tool;
  readonly packages: readonly Looked[];
  readonly locks: readonly Lock[];
}

/** One package that was asked for. */
export interface Looked {
  readonly spec: Spec;
  /** What the file is, for a file; null where it is no readable package. */
  readonly file: Nevra | null;
  /** True when rpm knows the very thing that was named. */
  readonly isThere: boolean;
  readonly installed: readonly Nevra[];
  /** What repositories offer under this name; empty where that was not asked or there is no tool to ask. */
  readonly offered: readonly Nevra[];
  /** The RPM file of what is installed now, where one lies on the host. */
  readonly saved: readonly string[];
}

/** Where RPM files are looked for, beside the given file's folder: ours first, then the tools' caches. */
export const securedFolder = "/var/lib/kmend/packages";
export const cacheFolders = [securedFolder, "/var/cache/dnf", "/var/cache/yum"];

export function inspectPackages(args: PackageArgs): Inspection<PackageState> {
  const specs = args.name.map((name) => parseSpec(name)).filter((spec) => spec.text !== "");
  const isAsking = args.state !== "absent" && args.state !== "removed";
  return {
    script: sh`(
LC_ALL=C; export LC_ALL
if ! command -v rpm >/dev/null 2>&1; then echo 'tool none'; exit 0; fi
if command -v dnf >/dev/null 2>&1; then tool=dnf; elif command -v yum >/dev/null 2>&1; then tool=yum; else tool=rpm; fi
echo "tool $tool"
${look(args, isAsking)}
${join(specs.map(({ text, kind }) => sh`look ${kind} ${text}`))}
${readLocks}
:
)`,
    parse: (output) => {
      const state = read(text(output.stdout), specs);
      if (state.tool === "none")
        throw new TaskFailed("this host has no rpm: only RPM packages are supported");
      return state;
    },
  };
}

/** `look KIND SPEC`: prints spec, file, there, installed, saved and offered lines. */
function look(args: PackageArgs, isAsking: boolean): Script {
  return sh`
look() {
  printf 'spec\\t%s\\n' "$2"
  name=$2 exact=$2
  if [ "$1" = file ]; then
    line=$(rpm -qp --nosignature --qf ${nevraFormat} "$2" 2>/dev/null)
    [ -z "$line" ] || printf 'file\\t%s\\n' "$line"
    name=$(printf '%s' "$line" | cut -f 1)
    exact=$(rpm -qp --nosignature --qf '%{NEVRA}' "$2" 2>/dev/null)
  fi
  [ -n "$name" ] || return 0
  if [ -n "$exact" ] && rpm -q "$exact" >/dev/null 2>&1; then printf 'there\\n'; fi
  # A version may follow the name: kubelet-1.15.5-0, kubelet-1.15.5
  for try in "$name" "\${name%-*}" "\${name%-*-*}"; do
    if installed=$(rpm -q --qf ${`installed\\t${nevraFormat}`} "$try" 2>/dev/null); then
      printf '%s\\n' "$installed"; name=$(printf '%s\\n' "$installed" | head -n 1 | cut -f 2)
      rpm -q --qf '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm\\n' "$name" | while IFS= read -r wanted; do
        case $2 in /*) beside=\${2%/*} ;; *) beside= ;; esac
        find ${cacheFolders} \${beside:+"\${beside:-/}"} -name "$wanted" -type f 2>/dev/null | head -n 1 | sed 's/^/saved\\t/'
      done
      break
    fi
  done
  ${isAsking ? raw("") : raw("return 0")}
  [ "$1" = name ] && [ "$tool" != rpm ] || return 0
  ${args.state === "latest" ? raw("") : raw('! rpm -q "$exact" >/dev/null 2>&1 || return 0')}
  $tool -q ${repositoryFlags(args)} list available --showduplicates "$name" 2>/dev/null | tr -s ' \\n' '\\t\\t' | sed 's/^/offered\\t/'
  echo
}`;
}

function read(printed: string, specs: readonly Spec[]): PackageState {
  const [head = "", ...parts] = printed.split(/^spec\t/m);
  const locks = [...printed.matchAll(/^lock\t([^\t]+)\t(.*)$/gm)].map(([, file = "", line = ""]) => ({
    file,
    line,
  }));
  const packages = parts.map((part, index) => looked(specs[index] ?? { text: "", kind: "name" }, part));
  return { tool: (/^tool (\w+)/.exec(head)?.[1] ?? "none") as Tool, packages, locks };
}

function looked(spec: Spec, part: string): Looked {
  const after = (word: string) =>
    [...part.matchAll(new RegExp(`^${word}\\t(.*)$`, "gm"))].map(([, rest = ""]) => rest);
  const nevras = (word: string) =>
    after(word)
      .map(parseNevra)
      .filter((each) => each !== null);
  return {
    spec,
    file: nevras("file")[0] ?? null,
    isThere: /^there$/m.test(part),
    installed: nevras("installed"),
    offered: after("offered").flatMap((list) => offers(list)),
    saved: after("saved"),
  };
}

/** `kubelet.x86_64  1:1.15.5-0  kubernetes`, cells apart by tabs: yum breaks lines where a name is long. */
function offers(list: string): Nevra[] {
  const found = list.matchAll(
    /([^\s]+)\.(x86_64|noarch|i[3-6]86|aarch64|ppc64le|s390x)\t(?:(\d+):)?([^\s-]+)-([^\s-]+)\t/g,
  );
  return [...found].map(([, name = "", arch = "", epoch, version = "", release = ""]) => ({
    name,
    arch,
    epoch: Number(epoch ?? 0),
    version,
    release,
  }));
}
