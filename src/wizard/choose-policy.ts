/** How the hosts are gone through: as recommended, or part by part. */

import type { Asker } from "./ask.ts";
import { type Option, type Policy, type PolicyOptions, policyOptions } from "./policy.ts";
import { policyScreen } from "./screens/policy.ts";

/** @param hosts how many of them
 *  @param from what stands there first */
export async function choosePolicy(
  asker: Asker,
  from: Policy,
  { hosts, width }: { readonly hosts: number; readonly width: number },
): Promise<Policy> {
  const options = policyOptions(hosts);
  let policy = from;
  for (;;) {
    asker.say(["", ...policyScreen(policy, hosts, width)]);
    const part = await asker.choose<keyof Policy | null>("Go through them like this?", [
      { value: null, name: "yes" },
      { value: "batches", name: "other batches" },
      { value: "soak", name: "another wait after a batch" },
      { value: "mayFailPercent", name: "another gate" },
      { value: "onFailure", name: "something else when a host fails" },
      { value: "asks", name: "ask, or do not ask, between batches" },
    ]);
    if (part === null) return policy;
    policy = { ...policy, ...(await other[part](asker, options)) };
  }
}

const other: {
  readonly [Part in keyof Policy]: (asker: Asker, options: PolicyOptions) => Promise<Pick<Policy, Part>>;
} = {
  batches: async (asker, { batches }) => ({ batches: await oneOf(asker, "Which batches?", batches) }),
  soak: async (asker, { soak }) => ({ soak: await oneOf(asker, "How long a wait?", soak) }),
  mayFailPercent: async (asker, { mayFailPercent }) => ({
    mayFailPercent: await oneOf(asker, "How many of a batch may fail?", mayFailPercent),
  }),
  onFailure: async (asker, { onFailure }) => ({
    onFailure: await oneOf(asker, "What is done when a host fails?", onFailure),
  }),
  asks: async (asker, { asks }) => ({ asks: await oneOf(asker, "Between batches?", asks) }),
};

function oneOf<T>(asker: Asker, question: string, options: readonly Option<T>[]): Promise<T> {
  return asker.choose(
    question,
    options.map(({ value, name, because }) => ({ value, name, about: because })),
  );
}
