/** Locks installed packages at their version, or lifts their locks (`community.general.yum_versionlock`). */

import { join, sh } from "../script/script.ts";
import { Dict } from "../template/values.ts";
import { type AnyChange, type HostModule, type Inspection, TaskFailed, text } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";
import { type Lock, lockAt, locksOf, readLocks, restore } from "./packages/locks.ts";
import { type Nevra, nevraFormat, parseNevra } from "./packages/nevra.ts";

const options = {
  name: {
    type: "list",
    elements: "str",
    required: true,
    help: "Lock these packages, by name, at the version that is installed",
  },
  state: {
    type: "str",
    default: "present",
    choices: ["present", "absent"],
    help: "Lock them, or lift their locks",
  },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

interface LockState {
  readonly installed: readonly Nevra[];
  readonly locks: readonly Lock[];
  /** The list of the plugin in use; null where there is no plugin. */
  readonly list: string | null;
}

interface LockChange extends AnyChange {
  readonly list: string;
  readonly add: readonly Lock[];
  readonly remove: readonly Lock[];
}

export const yumVersionlock: HostModule<Args, LockState, LockChange> = {
  kind: "host",
  name: "community.general.yum_versionlock",
  aliases: ["yum_versionlock"],
  summary: "Lock installed packages at their version, or lift their locks (yum's and dnf's versionlock)",
  options,
  wayBack: "The list of locks is again what it was; locks that others made meanwhile stay.",
  examples: `- community.general.yum_versionlock: {name: kubelet}
- community.general.yum_versionlock: {name: [kubelet, docker-ce], state: absent}`,
  validate: ({ name }) => {
    const wrong = name.find((each) => !/^[\w.+-]+$/.test(each));
    if (wrong !== undefined)
      throw new TaskFailed(`Cannot lock "${wrong}": name an installed package, without version or pattern`);
  },
  inspect: inspectLocks,
  plan: (state, args) => state && planLocks(state, args),
  apply: ({ list, add, remove }, { save }) => sh`mkdir -p ${save} || exit 1
if [ -e ${list} ]; then cp -p -- ${list} ${`${save}/locks`} || exit 1; else : >${`${save}/no-locks`}; fi
${join(remove.map(({ line }) => without(list, line)))}
${join(add.map(({ line }) => sh`printf '%s\\n' ${line} >>${list} || exit 1`))}
cp -p -- ${list} ${`${save}/locked`}`,
  // Nobody touched the list since: it comes back byte for byte. Somebody did: only our lines are taken back.
  revert: (
    { list, add, remove },
    { save },
  ) => sh`if cmp -s ${list} ${`${save}/locked`} && [ -e ${`${save}/no-locks`} ]; then rm -f -- ${list}
elif cmp -s ${list} ${`${save}/locked`} && [ -e ${`${save}/locks`} ]; then cp -p -- ${`${save}/locks`} ${list}
else
:
${join(add.map(({ line }) => without(list, line)))}
${restore(remove, [])}
fi`,
  // Other lines are not its own, and the version that it locked may be gone by an older change that was taken back.
  restored: ({ locks }, { list, add, remove }) => {
    const moved = new Set([...add, ...remove].map(({ line }) => line));
    return { locks: locks.filter(({ file, line }) => file === list && moved.has(line)) };
  },
  again: (change) => ({ change, keep: null }),
  foresight: {
    sees: ({ name }) => ({ packages: name, paths: ["/etc/dnf/plugins", "/etc/yum/pluginconf.d"] }),
    leaves: ({ list }) => ({ touched: [list] }),
  },
  result: ({ args, state, change }) =>
    Dict.of({
      meta: Dict.of({
        packages: args.name,
        state: args.state,
        list: state?.list ?? "",
        locks: (change?.after as readonly string[] | undefined) ?? [],
      }),
    }),
};

function inspectLocks({ name }: Args): Inspection<LockState> {
  return {
    script: sh`(
LC_ALL=C; export LC_ALL
${join(name.map((each) => sh`rpm -q --qf ${`installed\\t${nevraFormat}`} ${each} 2>/dev/null`))}
for plugin in /etc/dnf/plugins /etc/yum/pluginconf.d; do
  if [ -e "$plugin/versionlock.conf" ] || [ -e "$plugin/versionlock.list" ]; then
    printf 'list\\t%s\\n' "$plugin/versionlock.list"
    break
  fi
done
${readLocks}
:
)`,
    parse: (output) => {
      const lines = text(output.stdout)
        .split("\n")
        .map((line) => line.split("\t"));
      const rest = (word: string) => lines.filter(([first]) => first === word).map(([, ...fields]) => fields);
      return {
        installed: rest("installed")
          .map((fields) => parseNevra(fields.join("\t")))
          .filter((each) => each !== null),
        locks: rest("lock").map(([file = "", ...line]) => ({ file, line: line.join("\t") })),
        list: rest("list")[0]?.[0] ?? null,
      };
    },
  };
}

function planLocks({ installed, locks, list }: LockState, { name, state }: Args): LockChange | null {
  if (list === null)
    throw new TaskFailed(
      "Cannot lock packages: the versionlock plugin is not there; install python3-dnf-plugin-versionlock (EL8 and later) or yum-plugin-versionlock (EL7)",
    );
  const missing = name.find((each) => !installed.some((nevra) => nevra.name === each));
  if (state === "present" && missing !== undefined)
    throw new TaskFailed(`Cannot lock ${missing}: it is not installed`);
  const here = locks.filter((lock) => lock.file === list);
  const before = name.flatMap((each) => locksOf(each, here));
  const wanted = state === "present" ? installed.map((nevra) => lockAt(list, nevra)) : [];
  const add = wanted.filter((lock) => !before.some(({ line }) => line.trim() === lock.line));
  const remove = state === "absent" ? before : [];
  if (add.length === 0 && remove.length === 0) return null;
  const lines = (of: readonly Lock[]): string[] => of.map(({ line }) => line.trim());
  const after = [...before.filter((lock) => !remove.includes(lock)), ...add];
  const [was, is] = [lines(before), lines(after)];
  const diff = [{ beforeHeader: list, afterHeader: list, before: asText(was), after: asText(is) }];
  return { before: was, after: is, diff, list, add, remove };
}

const asText = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

function without(list: string, line: string) {
  return sh`kept=$(grep -vxF -e ${line} ${list}; echo .)
printf %s "\${kept%.}" >${list}`;
}
