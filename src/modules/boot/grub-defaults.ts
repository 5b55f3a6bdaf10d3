/**
 * Boot parameters on a host without grubby: they stand in /etc/default/grub, from which GRUB's own tool writes the entries anew.
 *
 * Source: GRUB's manual, "Simple configuration handling": GRUB_CMDLINE_LINUX goes to every entry, GRUB_CMDLINE_LINUX_DEFAULT to
 * those that are not for recovery. Entries written as files (GRUB_ENABLE_BLSCFG) are not made anew by the tool: refused.
 */

import { type Script, sh } from "../../script/script.ts";
import { TaskFailed, type Where } from "../module.ts";

export const defaultsFile = "/etc/default/grub";

/** What GRUB has on a host: the tool that writes its configuration, that file, and the defaults as they are. */
export interface Grub {
  /** update-grub, grub2-mkconfig or grub-mkconfig. */
  readonly tool: string;
  /** The configuration that the tool writes: /boot/grub/grub.cfg. */
  readonly config: string;
  readonly defaults: string;
}

/** One change of the defaults, whole texts. */
export interface GrubChange {
  readonly tool: string;
  readonly config: string;
  readonly before: string;
  readonly after: string;
  /** The parameter, and whether each entry has to have it or must not. */
  readonly wanted: string;
  readonly isPresent: boolean;
}

/** Prints what `readGrub` reads, and the kernels of the configuration's entries as grubby does. */
export const grubSection: Script = sh`
for tool in update-grub grub2-mkconfig grub-mkconfig; do
  command -v "$tool" >/dev/null 2>&1 || continue
  config=/boot/grub2/grub.cfg
  case $tool in
    grub2-mkconfig)
      link=/etc/grub2.cfg
      [ ! -d /sys/firmware/efi ] || link=/etc/grub2-efi.cfg
      [ ! -e "$link" ] || config=$(readlink -f "$link") ;;
    *) config=/boot/grub/grub.cfg ;;
  esac
  [ -r ${defaultsFile} ] && [ -r "$config" ] || continue
  printf 'grub\\t%s\\t%s\\n' "$tool" "$config"
  sed 's/^/default	/' ${defaultsFile}
  sed -n 's/^[[:space:]]*linux[a-z0-9]*[[:space:]][[:space:]]*\\([^[:space:]]*vmlinu[^[:space:]]*\\)[[:space:]]*\\(.*\\)$/kernel="\\1"\\
args="\\2"/p' "$config"
  break
done`;

/** What `grubSection` printed; null where there is no GRUB with a tool. */
export function readGrub(printed: string): Grub | null {
  const [, tool = "", config = ""] = /^grub\t(.*)\t(.*)$/m.exec(printed) ?? [];
  if (tool === "") return null;
  const lines = [...printed.matchAll(/^default\t(.*)$/gm)].map(([, line = ""]) => `${line}\n`);
  return { tool, config, defaults: lines.join("") };
}

/** The defaults with a parameter given, or taken away.
 *  @param isMeant which of the parameters that stand there go
 *  @throws TaskFailed where they are written in a way that can't be edited safely */
export function editDefaults(
  { tool, config, defaults }: Grub,
  { wanted, isPresent, isMeant }: { wanted: string; isPresent: boolean; isMeant(given: string): boolean },
): GrubChange {
  if (/^\s*GRUB_ENABLE_BLSCFG=["']?true/m.test(defaults))
    throw new TaskFailed(
      `Cannot set ${wanted}: GRUB's entries are files of their own here (GRUB_ENABLE_BLSCFG), which ${tool} does not write anew, and there is no grubby on this host`,
    );
  const rest = defaults
    .split("\n")
    .map((line) => edited(line, (words) => words.filter((each) => !isMeant(each))))
    .join("\n");
  const after = isPresent ? withParameter(rest, wanted) : rest;
  return { tool, config, before: defaults, after, wanted, isPresent };
}

const assignment = /^(GRUB_CMDLINE_LINUX(?:_DEFAULT)?)=(?:"([^"$`\\]*)"|'([^']*)'|([^\s"'$`\\#;]*))\s*$/;

function edited(line: string, edit: (words: readonly string[]) => readonly string[]): string {
  if (!/^\s*(export\s+)?GRUB_CMDLINE_LINUX(_DEFAULT)?\+?=/.test(line)) return line;
  const [, name, ...values] = assignment.exec(line) ?? [];
  if (name === undefined)
    throw new TaskFailed(
      `Cannot edit ${defaultsFile} safely: "${line}" is not a plain value in quotes; set the parameter there by hand`,
    );
  const words = (values.find((each) => each !== undefined) ?? "").split(/\s+/).filter((word) => word !== "");
  const left = edit(words);
  return left.length === words.length && left.every((word, at) => word === words[at])
    ? line
    : `${name}=${quoted(left.join(" "))}`;
}

function quoted(value: string): string {
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}

/** Of several lines the last one counts, as in any shell file. */
function withParameter(defaults: string, wanted: string): string {
  const lines = defaults.split("\n");
  const at = lines.findLastIndex((line) => /^GRUB_CMDLINE_LINUX=/.test(line));
  if (at === -1) return `${defaults}GRUB_CMDLINE_LINUX="${wanted}"\n`;
  return lines
    .with(
      at,
      edited(lines[at] ?? "", (words) => [...words, wanted]),
    )
    .join("\n");
}

/** Writes the defaults, has the entries written anew, and looks at them. What does not hold is taken back at once. */
export function applyDefaults(change: GrubChange, { save }: Where): Script {
  const { after, wanted, isPresent, config, before } = change;
  return sh`(
${writeAnew(change)}
printf %s ${before} | cmp -s - ${defaultsFile} || { echo ${`${defaultsFile} was changed meanwhile`} >&2; exit 1; }
cp -p ${defaultsFile} ${save}/grub && cp -p ${config} ${save}/grub.cfg && printf %s ${after} >${save}/grub.written || exit 1
back() { cp -p ${save}/grub ${defaultsFile}; cp -p ${save}/grub.cfg ${config}; }
holds() {
  awk -v wanted=${wanted} -v present=${isPresent ? 1 : 0} '
    /^[[:space:]]*linux[a-z0-9]*[[:space:]]+[^[:space:]]*vmlinu/ {
      found = 0
      for (i = 3; i <= NF; i++) if ($i == wanted || (!present && index($i, wanted "=") == 1)) found = 1
      if (found != present) wrong = 1
    }
    END { exit wrong }' ${config}
}
cat ${save}/grub.written >${defaultsFile} && write_anew && holds && exit 0
back
echo ${`The entries of ${config} did not come out as wanted, and are what they were: does a file of /etc/default/grub.d set the parameters too?`} >&2
exit 1
)`;
}

/** Only over what the change wrote: another's work since then is not overwritten. */
export function revertDefaults(change: GrubChange, { save }: Where): Script {
  return sh`(
${writeAnew(change)}
if ! cmp -s ${save}/grub ${defaultsFile}; then
  cmp -s ${save}/grub.written ${defaultsFile} || { echo ${`${defaultsFile} was changed since: take ${change.wanted} back there by hand, and run ${change.tool}`} >&2; exit 1; }
  cp -p ${save}/grub ${defaultsFile} || exit 1
fi
write_anew
)`;
}

function writeAnew({ tool, config }: GrubChange): Script {
  const command = tool === "update-grub" ? sh`update-grub` : sh`${tool} -o ${config}`;
  return sh`write_anew() { ${command} >&2; }`;
}
