/** A lab with a real control plane for one test file, and what its tests ask it. */

import { setTimeout as pause } from "node:timers/promises";
import type { Test } from "tap";
import {
  type ClusterUpResult,
  clusterKubectl,
  clusterUp,
  type LoginName,
  type UpOptions,
  whatIsMissing,
} from "../../src/lab/lab.ts";
import { raiseLab, type TestLab } from "../lab/with-lab.ts";

/** Why these tests are skipped, or false. Building Kubernetes is nothing for every run. */
export const skip: string | false =
  process.env["KMEND_CLUSTER"] === "whole" ? (whatIsMissing() ?? false) : "it is for `npm run test:cluster`";

export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TestCluster extends Omit<ClusterUpResult, "kubectl"> {
  readonly lab: TestLab;
  /** For whoever runs it themselves. */
  readonly kubectlProgram: string;
  /** Runs kubectl, its words in one text, and gives what it said. */
  readonly kubectl: (
    words: string,
    how?: { readonly user?: LoginName; readonly input?: string },
  ) => Promise<Said>;
}

/** Raises a lab and its cluster, the first time from the sources; both go when the test ends. */
export async function raiseCluster(
  t: Test,
  options: Partial<Omit<UpOptions, "state">> = {},
  { hasWorkloads = false }: { readonly hasWorkloads?: boolean } = {},
): Promise<TestCluster> {
  const lab = await raiseLab(t, options);
  const up = await clusterUp({
    state: lab.state,
    name: lab.name,
    hasWorkloads,
    tell: (line) => t.comment(line),
  });
  return {
    ...up,
    lab,
    kubectlProgram: up.kubectl,
    kubectl: (words, how) => clusterKubectl(lab, words.split(" "), how),
  };
}

/** Waits for what it gives to be true of a text, which it is asked for again and again; fails with the last one. */
export async function eventually(
  ask: () => Promise<string>,
  wanted: RegExp,
  { withinMs = 40_000 }: { readonly withinMs?: number } = {},
): Promise<string> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const text = await ask();
    if (wanted.test(text)) return text;
    if (performance.now() > deadline)
      throw new Error(`After ${withinMs} ms there is still no ${wanted} in: ${text}`);
    await pause(200);
  }
}
