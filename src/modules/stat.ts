/** Reads what a path is (Ansible's `stat`). Changes nothing. */

import type { Output } from "../script/output.ts";
import { raw, sh } from "../script/script.ts";
import { Dict, Float, type Value } from "../template/values.ts";
import { lookFunctions, readName, readWord } from "./files/look.ts";
import { octal } from "./files/path-state.ts";
import { hostPath } from "./host-path.ts";
import { type HostModule, TaskFailed, text } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  path: { type: "path", required: true, aliases: ["dest", "name"], help: "Read this path" },
  follow: { type: "bool", default: false, help: "Follow a symlink" },
  get_checksum: { type: "bool", default: true, help: "Compute the checksum of a file" },
  checksum_algorithm: {
    type: "str",
    default: "sha1",
    choices: ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"],
    aliases: ["checksum", "checksum_algo"],
    help: "Compute the checksum by this algorithm",
  },
  get_mime: {
    type: "bool",
    aliases: ["mime", "mime_type", "mime-type"],
    help: "Ask file(1) for the type of the content; only when this is set",
  },
  get_attributes: {
    type: "bool",
    aliases: ["attr", "attributes"],
    help: "Ask lsattr for flags; only when this is set",
  },
  get_md5: {
    type: "bool",
    refused: "Ansible removed it; use checksum_algorithm: md5",
    help: "Removed from Ansible",
  },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

/** The dictionary that is registered as `stat`. */
interface StatState {
  readonly stat: Dict;
}

export const stat: HostModule<Args, StatState> = {
  kind: "host",
  name: "stat",
  summary: "Read what a path is",
  options,
  wayBack: "Nothing to take back: it only reads.",
  examples: `- stat: {path: /etc/kubernetes/admin.conf}
  register: admin
- debug: msg="{{ admin.stat.exists }}"`,
  inspect: (args) => ({ script: script(args), parse: (output) => ({ stat: parse(output, args) }) }),
  plan: () => null,
  apply: () => raw(":"),
  revert: () => raw(":"),
  foresight: { sees: ({ path }) => ({ paths: [path] }) },
  result: ({ state }) => Dict.of({ changed: false, stat: state?.stat ?? new Dict() }),
};

const format = "%f|%u|%g|%s|%X|%Y|%Z|%i|%h|%d|%b|%o|%t|%T|%U|%G|%x|%y|%z";

function script({ path, follow, get_checksum, checksum_algorithm, get_mime, get_attributes }: Args) {
  return sh`(
${lookFunctions}
p=${hostPath(path)}
printf 'path '; kmend_name "$p"
if ${follow ? raw('[ ! -e "$p" ]') : raw('[ ! -e "$p" ] && [ ! -L "$p" ]')}; then echo absent; exit 0; fi
printf 'stat '; stat ${follow ? raw("-L") : raw("")} -c ${format} -- "$p" || exit 1
if [ -r "$p" ]; then echo 'readable y'; fi; if [ -w "$p" ]; then echo 'writeable y'; fi; if [ -x "$p" ]; then echo 'executable y'; fi
if [ -L "$p" ]; then printf 'target '; kmend_name "$(readlink -n -- "$p"; echo x)"; printf 'real '; kmend_name "$(readlink -f -- "$p"; echo x)"; fi
if [ -f "$p" ] && ${follow ? raw(":") : raw('[ ! -L "$p" ]')}; then ${
    get_checksum ? sh`printf 'sum '; ${raw(`${checksum_algorithm}sum`)} < "$p" || echo` : raw(":")
  }; fi
${get_mime ? raw(`printf 'mime '; { file -b -i -- "$p" 2>/dev/null || echo; } | head -n 1`) : raw(":")}
${get_attributes ? raw(`printf 'flags '; { lsattr -vd -- "$p" 2>/dev/null || echo; } | head -n 1`) : raw(":")}
)`;
}

function parse(output: Output, args: Args): Dict {
  const printed = text(output.stdout);
  if (/^absent$/m.test(printed)) return Dict.of({ exists: false });
  const line = readWord(printed, "stat");
  if (!line) throw new TaskFailed(`Cannot stat ${args.path}: ${text(output.stderr).trim()}`);
  const [
    bits = "0",
    uid,
    gid,
    size,
    atime,
    mtime,
    ctime,
    inode,
    nlink,
    dev,
    blocks,
    blockSize,
    major,
    minor,
    owner = "",
    group = "",
    x,
    y,
    z,
  ] = line.split("|");
  const raw = Number.parseInt(bits, 16);
  const sum = readWord(printed, "sum")?.split(" ")[0];
  return Dict.of({
    exists: true,
    path: readName(printed, "path") ?? args.path,
    mode: octal(raw & 0o7777),
    ...kinds(raw),
    ...permissions(raw),
    uid: Number(uid),
    gid: Number(gid),
    pw_name: owner,
    gr_name: group,
    size: Number(size),
    atime: seconds(atime, x),
    mtime: seconds(mtime, y),
    ctime: seconds(ctime, z),
    inode: Number(inode),
    nlink: Number(nlink),
    dev: Number(dev),
    blocks: Number(blocks),
    block_size: Number(blockSize),
    device_type: deviceType(major, minor),
    readable: readWord(printed, "readable") === "y",
    writeable: readWord(printed, "writeable") === "y",
    executable: readWord(printed, "executable") === "y",
    ...(sum ? { checksum: sum } : {}),
    ...((raw & 0o170000) === 0o120000
      ? {
          lnk_target: (readName(printed, "target") ?? "").slice(0, -1),
          lnk_source: (readName(printed, "real") ?? "").slice(0, -2),
        }
      : {}),
    ...mime(printed, args.get_mime === true, raw),
    ...flags(printed, args.get_attributes === true),
  });
}

/** The number of a device, from its two halves in hexadecimal; 0 for everything else. */
function deviceType(major = "0", minor = "0"): number {
  const [high, low] = [Number.parseInt(major, 16), Number.parseInt(minor, 16)];
  return ((high & 0xfff) << 8) | (low & 0xff) | ((low & ~0xff) << 12);
}

/** Which kind it is: exactly one of them is true. */
function kinds(raw: number): Record<string, Value> {
  const kind = raw & 0o170000;
  return {
    isdir: kind === 0o040000,
    isreg: kind === 0o100000,
    islnk: kind === 0o120000,
    isblk: kind === 0o060000,
    ischr: kind === 0o020000,
    isfifo: kind === 0o010000,
    issock: kind === 0o140000,
  };
}

function permissions(raw: number): Record<string, Value> {
  const names = ["xoth", "woth", "roth", "xgrp", "wgrp", "rgrp", "xusr", "wusr", "rusr"];
  const bits = names.map((name, index) => [name, (raw & (1 << index)) !== 0]);
  return { ...Object.fromEntries(bits), isuid: (raw & 0o4000) !== 0, isgid: (raw & 0o2000) !== 0 };
}

/** Whole seconds, with the fraction that the readable form of the time carries. */
function seconds(whole: string | undefined, readable: string | undefined): Float {
  const fraction = /:\d\d(\.\d+)/.exec(readable ?? "")?.[1] ?? ".0";
  return new Float(Number(`${whole ?? 0}${fraction}`));
}

/** Ansible says `unknown` where file(1) is missing; we also do where nobody asked, for file(1) is slow. */
function mime(printed: string, isAsked: boolean, raw: number): Record<string, Value> {
  const kind = raw & 0o170000;
  if (kind === 0o040000) return { mimetype: "inode/directory", charset: "binary" };
  if (kind === 0o120000) return { mimetype: "inode/symlink", charset: "binary" };
  const [, mimetype = "unknown", charset = "unknown"] =
    /^([^;]+); charset=(\S+)/.exec(readWord(printed, "mime") ?? "") ?? [];
  return isAsked ? { mimetype, charset } : { mimetype: "unknown", charset: "unknown" };
}

const flagWords: Readonly<Record<string, string>> = {
  a: "append",
  A: "noatime",
  c: "compressed",
  C: "nocow",
  d: "nodump",
  D: "dirsync",
  e: "extents",
  E: "encrypted",
  h: "blocksize",
  i: "immutable",
  I: "indexed",
  j: "journalled",
  N: "inline",
  s: "zero",
  S: "synchronous",
  t: "notail",
  T: "blockroot",
  u: "undelete",
  X: "compressedraw",
  Z: "compresseddirty",
};

function flags(printed: string, isAsked: boolean): Record<string, Value> {
  if (!isAsked) return { attributes: [], attr_flags: "", version: null };
  const [version, letters = ""] = (readWord(printed, "flags") ?? "").trim().split(/\s+/);
  const set = letters.replaceAll("-", "");
  return {
    attr_flags: set,
    attributes: [...set].map((letter) => flagWords[letter] ?? letter),
    version: version ? version : null,
  };
}
