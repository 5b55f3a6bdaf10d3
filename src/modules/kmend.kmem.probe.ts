/**
 * Asks runtimes by trying: a throw-away container with a kernel memory limit is started on each, its cgroup is read while it lives,
 * and it is removed. The evidence's way, reading binaries, costs nothing and comes first; this is for where a binary can't be read
 * or is not believed.
 *
 * What a build does with the limit, from runc's sources: it puts it in force; ignores it (rc6 built with nokmem, or rc94 and
 * later, which say so); or refuses it (rc7 to rc93 built with nokmem).
 */

import { Dict, fromJson } from "../template/values.ts";
import { type AnyChange, type HostModule, text } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";
import { answersIn, leftIn } from "./probe/answers.ts";
import { bundleProbe } from "./probe/bundle-probe.ts";
import { dockerProbe } from "./probe/docker-probe.ts";
import { type Whom, whomScript, whomToAsk } from "./probe/whom.ts";

const options = {
  by: {
    type: "str",
    default: "auto",
    choices: ["auto", "docker", "bundle"],
    help: "Start it by docker, or by the runtime itself from a bundle; auto: by docker where kubelet uses it",
  },
  image: {
    type: "str",
    default: "k8s.gcr.io/pause:3.1",
    help: "By docker: start this image, one that the node has, whose command does not end by itself",
  },
  runtimes: {
    type: "list",
    elements: "str",
    default: [],
    help: "Ask these: docker's names of them, else names or paths of programs; all that there are where none is named",
  },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

interface ProbeChange extends AnyChange {
  readonly image: string;
  readonly whom: Whom;
}

export const kmemProbe: HostModule<Args, Whom, ProbeChange> = {
  kind: "host",
  name: "kmend.kmem.probe",
  summary: "Ask runtimes whether they switch kmem accounting on, by a throw-away container each",
  options,
  wayBack:
    "The containers are removed at once, also where kmend is killed meanwhile. A runtime that switches accounting on has leaked one cgroup by then.",
  examples: `- kmend.kmem.probe:
- kmend.kmem.probe: {by: bundle, runtimes: [runc]}
- kmend.kmem.probe: {by: docker, runtimes: [nvidia], image: "registry.example/pause:3.9"}`,
  inspect: (args) => ({
    script: whomScript,
    parse: (output) => whomToAsk(text(output.stdout), args as Args & { by: "auto" | "docker" | "bundle" }),
  }),
  plan: (whom, { image }) =>
    whom && {
      before: {},
      after: { probed: whom.runtimes, by: whom.by },
      irreversible: "a runtime that switches accounting on leaks one cgroup in the probe",
      image,
      whom,
    },
  apply: ({ image, whom }) =>
    whom.by === "docker" ? dockerProbe(whom.runtimes, image) : bundleProbe(whom.runtimes),
  revert: () => null,
  result: ({ state, output }) => {
    const stdout = output ? text(output.stdout) : "";
    return Dict.of({
      probed: state?.runtimes ?? [],
      by: state?.by ?? "",
      answers: fromJson(state ? answersIn(stdout, state) : []),
      left: fromJson(leftIn(stdout)),
    });
  },
};
