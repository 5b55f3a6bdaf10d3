/** Gathers facts in one round trip, only those that were asked for (Ansible's `setup`). Nothing is cached here. */

import { raw } from "../script/script.ts";
import { Dict, type Value } from "../template/values.ts";
import { hardwareFacts } from "./facts/hardware.ts";
import { minimumFacts } from "./facts/minimum.ts";
import { networkFacts } from "./facts/network.ts";
import { factsScript } from "./facts/script.ts";
import { filterOf, subsets } from "./facts/subset.ts";
import { Texts } from "./facts/texts.ts";
import { virtualFacts } from "./facts/virtual.ts";
import { type HostModule, text } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  gather_subset: {
    type: "list",
    elements: "str",
    default: ["all"],
    help: "Gather all, min, hardware, network, virtual; a ! before it leaves it out",
  },
  filter: {
    type: "list",
    elements: "str",
    default: [],
    help: "Keep facts whose name matches one of these patterns",
  },
  fact_path: { type: "path", default: "/etc/ansible/facts.d", help: "Read local facts from this folder" },
  gather_timeout: { type: "int", default: 10, help: "Accepted; each slow question has a limit of its own" },
} as const satisfies Options;

type Args = ArgumentsOf<typeof options>;

export const setup: HostModule<Args, Dict, never> = {
  kind: "host",
  name: "setup",
  aliases: ["gather_facts"],
  summary: "Gather facts about the host",
  options,
  wayBack: "It changes nothing, so there is nothing to take back.",
  examples: `- setup: {gather_subset: [min, network]}
- setup: {filter: ansible_distribution*}`,
  validate: ({ gather_subset }) => void subsets(gather_subset),
  inspect: ({ gather_subset, filter, fact_path }) => {
    const wanted = subsets(gather_subset);
    return {
      script: factsScript(wanted, fact_path),
      parse: (output) => facts(text(output.stdout), wanted, filter),
    };
  },
  plan: () => null,
  apply: () => raw(":"),
  revert: () => null,
  // What a boot makes anew; the rest stays as it is.
  foresight: { sees: () => ({ paths: ["/proc"] }) },
  result: ({ state }) => Dict.of({ changed: false, ansible_facts: state ?? new Dict() }),
};

function facts(printed: string, wanted: ReturnType<typeof subsets>, filter: readonly string[]): Dict {
  const texts = new Texts(printed);
  const found: Record<string, Value> = {
    ...(wanted.has("min") ? minimumFacts(texts) : {}),
    ...(wanted.has("hardware") ? hardwareFacts(texts) : {}),
    ...(wanted.has("network") ? networkFacts(texts) : {}),
    ...(wanted.has("virtual") ? virtualFacts(texts) : {}),
  };
  const isKept = filterOf(filter);
  const kept = Object.entries(found)
    .map(([name, value]) => [`ansible_${name}`, value] as const)
    .filter(([name]) => isKept(name));
  const always =
    filter.length === 0 ? [["gather_subset", [...wanted]] as const, ["module_setup", true] as const] : [];
  return Dict.from([...kept, ...always]);
}
