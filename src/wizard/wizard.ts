/**
 * `kmend fix`: from what is found to what is mended and verified, with somebody asked where there is a choice.
 *
 * Words: a **group** is hosts that leak alike; a **way** is the remedies that mend them, in order; a **leg** is one run over hosts that
 * are mended alike; the **policy** says how its hosts are gone through; a **screen** is data in, lines out; an **asker** asks.
 * Must: nothing is changed on a host before the one confirmation. Must: the wizard reaches no host itself; what it has done is what the
 * commands do, and it prints them. Must: nobody is asked without the facts to answer. Should: leaving loses nothing but the question asked.
 */

export type { Asker } from "./ask.ts";
export { dryRunBatches, dryRunLine } from "./dry-run-reader.ts";
export { fix } from "./fix.ts";
export { forgettingAsker } from "./forgetting-asker.ts";
export type { Kept } from "./kept.ts";
export { plainAsker } from "./plain-asker.ts";
export { policyVariables } from "./policy.ts";
export { rolloutReader } from "./rollout-reader.ts";
export { scanReader } from "./scan-reader.ts";
export { terminalAsker } from "./terminal-asker.ts";
export type { Given, Next, Ran, Source, Watched, Work } from "./work.ts";
