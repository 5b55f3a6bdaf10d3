/** Makes an empty cgroup below `kubepods`, reads whether it was born with accounting on, and removes it at once. */

import { sh } from "../script/script.ts";
import { Dict } from "../template/values.ts";
import { type AnyChange, type HostModule, text } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  parent: {
    type: "path",
    default: "/sys/fs/cgroup/memory/kubepods",
    help: "Make the probe below this cgroup",
  },
} as const satisfies Options;

interface ProbeChange extends AnyChange {
  readonly parent: string;
}

export const kmemInheritance: HostModule<ArgumentsOf<typeof options>, null, ProbeChange> = {
  kind: "host",
  name: "kmend.kmem.inheritance",
  summary: "See by an empty cgroup whether the pods to come inherit accounting",
  options,
  wayBack: "Nothing is left: an empty cgroup that no process entered holds no id once it is removed.",
  examples: `- kmend.kmem.inheritance:
  register: probe
- assert: {that: probe.accounting == 'off'}`,
  checkMode: "skip",
  exitIsData: true,
  inspect: null,
  plan: (_, { parent }) => ({ before: null, after: null, parent }),
  apply: ({ parent }) => sh`(
LC_ALL=C; export LC_ALL
probe=${parent}/kmend-probe
trap 'rmdir "$probe" 2>/dev/null' EXIT
said=$(mkdir "$probe" 2>&1) || { echo "mkdir \${said##*: }"; exit 0; }
if why=$(cat "$probe/memory.kmem.slabinfo" 2>&1 >/dev/null); then echo on
else case $why in *'Input/output error') echo off ;; *) echo "unknown \${why##*: }" ;; esac
fi
)`,
  revert: ({ parent }) => sh`[ ! -d ${`${parent}/kmend-probe`} ] || rmdir -- ${`${parent}/kmend-probe`}`,
  result: ({ output, args }) => {
    if (!output) return Dict.of({ changed: false, skipped: true });
    const said = text(output.stdout).trim();
    const [, failed] = /^mkdir (.*)$/.exec(said) ?? [];
    const isKnown = said === "on" || said === "off";
    return Dict.of({
      changed: false,
      accounting: isKnown ? said : "unknown",
      source: `${args.parent}/kmend-probe/memory.kmem.slabinfo`,
      ...(isKnown ? {} : { reason: failed ?? said.replace(/^unknown /, "") }),
      // mkdir says it with either of these two; nothing else does, and the kernel logs nothing.
      ids_exhausted: /No space left on device|Cannot allocate memory/.test(failed ?? ""),
    });
  },
};
