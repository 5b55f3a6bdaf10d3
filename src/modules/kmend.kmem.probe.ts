/**
 * Asks each of docker's runtimes by trying: a throw-away container with a kernel memory limit is started, its cgroup is
 * read while it lives, and it is removed. The evidence's way, reading binaries, costs nothing and comes first; this is
 * for where a binary can't be read or is not believed.
 *
 * The four answers, from runc's sources: the limit is in force; it is silently ignored (rc6 built with nokmem, or rc94
 * and later); the runtime refuses it (rc7 to rc93 built with nokmem).
 */

import { sh } from "../script/script.ts";
import { Dict, fromJson } from "../template/values.ts";
import { type AnyChange, type HostModule, TaskFailed, text } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  image: {
    type: "str",
    default: "k8s.gcr.io/pause:3.1",
    help: "Start this image: one that the node has, whose command does not end by itself",
  },
  runtimes: {
    type: "list",
    elements: "str",
    default: [],
    help: "Ask these of docker's runtimes; all of them where none is named",
  },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

interface Probed {
  /** Of the runtimes that docker knows, those that are asked. */
  readonly runtimes: readonly string[];
}

interface ProbeChange extends AnyChange {
  readonly image: string;
  readonly runtimes: readonly string[];
}

const limit = 104_857_600;

export const kmemProbe: HostModule<Args, Probed, ProbeChange> = {
  kind: "host",
  name: "kmend.kmem.probe",
  summary: "Ask docker's runtimes whether they switch kmem accounting on, by a throw-away container each",
  options,
  wayBack:
    "The containers are removed at once. A runtime that switches accounting on has leaked one cgroup by then.",
  examples: `- kmend.kmem.probe:
- kmend.kmem.probe: {runtimes: [nvidia], image: "registry.example/pause:3.9"}`,
  inspect: ({ runtimes }) => ({
    script: sh`docker info --format '{{json .Runtimes}}'`,
    parse: (output) => {
      if (output.code !== 0)
        throw new TaskFailed(`Cannot ask docker for its runtimes: ${text(output.stderr).trim()}`);
      const known = Object.keys(JSON.parse(text(output.stdout)) as Record<string, unknown>).sort();
      const foreign = runtimes.find((each) => !known.includes(each));
      if (foreign !== undefined)
        throw new TaskFailed(`Cannot probe "${foreign}": docker has the runtimes ${known.join(", ")}`);
      return { runtimes: runtimes.length > 0 ? runtimes : known };
    },
  }),
  plan: (state, { image }) =>
    state && {
      before: {},
      after: { probed: state.runtimes },
      irreversible: "a runtime that switches accounting on leaks one cgroup in the probe",
      image,
      runtimes: state.runtimes,
    },
  apply: ({ image, runtimes }) => sh`(
LC_ALL=C; export LC_ALL
memory=/sys/fs/cgroup/memory
id=''
remove() { [ -z "$id" ] || docker rm -f "$id" >/dev/null 2>&1; id=''; }
trap remove EXIT
trap 'exit 1' HUP INT TERM
for runtime in ${runtimes}; do
  if said=$(docker run -d --runtime "$runtime" --kernel-memory ${limit} ${image} 2>&1); then
    id=$(printf '%s\\n' "$said" | tail -n 1)
    # By its name: a wrong directory, the root's above all, would say "off" of anything.
    path=$(cd "$memory" && find . -type d -name "*$id*" | sed -n '1s/^[.]//p')
    if [ -z "$path" ]; then slabinfo=lost
    elif cat "$memory$path/memory.kmem.slabinfo" >/dev/null 2>&1; then slabinfo=on; else slabinfo=off; fi
    printf 'ran\\t%s\\t%s\\t%s\\t%s\\n' "$runtime" "$slabinfo" "$(cat "$memory$path/memory.kmem.limit_in_bytes" 2>/dev/null)" "$path"
    remove
  else printf 'refused\\t%s\\t%s\\n' "$runtime" "$(printf '%s' "$said" | tr '\\n\\t' '  ')"
  fi
done
)`,
  revert: () => null,
  result: ({ state, output }) =>
    Dict.of({
      probed: state?.runtimes ?? [],
      answers: fromJson(output ? text(output.stdout).split("\n").flatMap(answer) : []),
    }),
};

interface Answer {
  readonly runtime: string;
  /** null: it did not start for another reason. */
  readonly switches_on: boolean | null;
  readonly says: string;
}

function answer(line: string): Answer[] {
  const [kind, runtime = "", first = "", second = ""] = line.split("\t");
  if (kind === "ran" && first === "lost")
    return [{ runtime, switches_on: null, says: "it ran, and no memory cgroup of its name was found" }];
  if (kind === "ran") return [{ runtime, ...ran(first === "on", second) }];
  if (kind === "refused") return [{ runtime, ...refused(first) }];
  return [];
}

function ran(isOn: boolean, readLimit: string): Omit<Answer, "runtime"> {
  if (isOn && readLimit === String(limit))
    return { switches_on: true, says: "it ran with the limit in force: it switches accounting on" };
  if (isOn)
    return {
      switches_on: true,
      says: `it ran with accounting on, though the limit reads ${readLimit}: it inherited it, or switched it on`,
    };
  return {
    switches_on: false,
    says: "it ran and ignored the limit: built with nokmem at rc6, or rc94 and later; or the kernel was booted with cgroup.memory=nokmem, and this says nothing of the build",
  };
}

function refused(said: string): Omit<Answer, "runtime"> {
  return said.includes("kernel memory accounting disabled in this runc build")
    ? { switches_on: false, says: "it refused the limit: built with nokmem, rc7 to rc93" }
    : { switches_on: null, says: `the container did not start: ${said.trim()}` };
}
