/** Kubernetes' own command line, of the cluster's own version: a newer one evicts by an API that 1.20 has not. */

import { join } from "node:path";
import { type Finished, runProgram } from "../command.ts";
import type { LabPlace } from "../place.ts";
import { clusterPlace, kubeconfigOf } from "./cluster-place.ts";
import { programsFolder } from "./programs.ts";
import type { LoginName } from "./users.ts";

/** The program. */
export function kubectlProgram(lab: LabPlace): string {
  return join(programsFolder(lab.cache), "kubectl");
}

/** The options that make it speak to this lab's cluster as that user, and leave nothing in anybody's home. */
export function kubectlOptions(lab: LabPlace, user: LoginName): readonly string[] {
  const place = clusterPlace(lab);
  return [`--kubeconfig=${kubeconfigOf(place, user)}`, `--cache-dir=${join(place.folder, "kubectl-cache")}`];
}

/** Runs it to its end; never fails for its exit code. */
export function kubectl(
  lab: LabPlace,
  args: readonly string[],
  { user = "admin", input = "" }: { readonly user?: LoginName; readonly input?: string } = {},
): Promise<Finished> {
  return runProgram(kubectlProgram(lab), [...kubectlOptions(lab, user), ...args], input);
}
