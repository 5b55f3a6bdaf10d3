/** How the hosts are gone through: in which batches, what is waited for and held between them, and what a failure does. */

import { isRollout, type Leg, type Variable } from "./leg.ts";

export interface Policy {
  /** `serial:`: numbers and shares; the last one repeats. */
  readonly batches: readonly (number | string)[];
  /** How long to wait after a batch: `0s`, `5m`. */
  readonly soak: string;
  /** No batch begins after one in which more than this share of the hosts failed. */
  readonly mayFailPercent: number;
  readonly onFailure: "stop" | "rollback_host" | "rollback_batch" | "rollback_run";
  /** Somebody is asked before each batch but the first. */
  readonly asks: boolean;
}

/** Something to choose, with what comes of it; the first is what is recommended. */
export interface Option<T> {
  readonly value: T;
  readonly name: string;
  readonly because: string;
}

/** The choices of each part for so many hosts, the recommended first. */
export interface PolicyOptions {
  readonly batches: readonly Option<Policy["batches"]>[];
  readonly soak: readonly Option<Policy["soak"]>[];
  readonly mayFailPercent: readonly Option<Policy["mayFailPercent"]>[];
  readonly onFailure: readonly Option<Policy["onFailure"]>[];
  readonly asks: readonly Option<Policy["asks"]>[];
}

export function policyOptions(hosts: number): PolicyOptions {
  return {
    batches: batchOptions(hosts),
    soak:
      hosts <= 3
        ? [noSoak, shortSoak, longSoak]
        : hosts <= 20
          ? [shortSoak, noSoak, longSoak]
          : [longSoak, shortSoak, noSoak],
    mayFailPercent: [
      {
        value: 0,
        name: "none may fail",
        because: "like hosts fail alike: a failure is looked at before the next batch meets it",
      },
      { value: 50, name: "half of a batch may fail", because: "one odd host does not hold up the others" },
    ],
    onFailure: [
      {
        value: "rollback_host",
        name: "take back the host that failed",
        because: "it stands as it was before, and what went well stays",
      },
      {
        value: "rollback_batch",
        name: "take back its whole batch",
        because: "hosts of a batch stay alike; those that went well are worked on twice",
      },
      {
        value: "rollback_run",
        name: "take back everything of the run",
        because: "all or nothing; every host mended before is worked on again",
      },
      { value: "stop", name: "leave it as it is", because: "for looking at it there; it may be half mended" },
    ],
    asks: [
      {
        value: true,
        name: "ask before each batch",
        because: "you see what came of one before the next begins",
      },
      { value: false, name: "go on by itself", because: "as the unattended command does; Ctrl-C stops it" },
    ],
  };
}

/** What is recommended for so many hosts. */
export function recommended(hosts: number): Policy {
  const options = policyOptions(hosts);
  return {
    batches: first(options.batches),
    soak: first(options.soak),
    mayFailPercent: first(options.mayFailPercent),
    onFailure: first(options.onFailure),
    asks: first(options.asks),
  };
}

/** What a leg's playbooks are told of it; the rest are options of the command line. */
export function policyVariables(
  policy: Policy,
  leg: Pick<Leg, "playbooks">,
): Readonly<Record<string, Variable>> {
  // Its gate is the cluster's, and lets no host fail.
  if (isRollout(leg)) return { rollout_worker_batches: policy.batches, rollout_soak: policy.soak };
  return {
    kmem_batches: policy.batches,
    kmem_soak: policy.soak,
    kmem_max_fail_percentage: policy.mayFailPercent,
  };
}

function batchOptions(hosts: number): readonly Option<Policy["batches"]>[] {
  const canary = "the first host shows what is wrong with the mend before any other has it";
  const one = {
    value: [1],
    name: "one host at a time",
    because: "slowest; never more than one host at risk",
  };
  const all = { value: ["100%"], name: "all at once", because: "quickest; a fault reaches every host" };
  if (hosts <= 3) return [one, all];
  const halves = { value: [1, "50%", "100%"], name: "one host, then half, then the rest", because: canary };
  const tenths = { value: [1, "10%", "25%"], name: "one host, then a tenth, then quarters", because: canary };
  return hosts <= 20 ? [halves, tenths, one, all] : [tenths, halves, one, all];
}

const noSoak: Option<string> = {
  value: "0s",
  name: "no wait",
  because: "each host is verified before its batch ends",
};
const shortSoak: Option<string> = {
  value: "1m",
  name: "a minute",
  because: "a kubelet or a pod that falls over does so in its first minute",
};
const longSoak: Option<string> = {
  value: "5m",
  name: "five minutes",
  because: "in a large fleet what is rare shows itself early, while few hosts have it",
};

function first<T>([option]: readonly Option<T>[]): T {
  if (!option) throw new Error("A policy without a choice");
  return option.value;
}
