/** What `kmend scan --output json` says of one host, as far as a remedy's tests ask. */

import { kmend } from "../cli/kmend.ts";

export interface Scanned {
  readonly verdict: string;
  readonly switchedOnBy: string | null;
  readonly switchesOnNow: { readonly kubelet: boolean | null; readonly runtime: boolean | null };
  readonly awaitsReboot: readonly string[] | null;
  /** The playbooks of the cheapest mend, in order. */
  readonly mend: readonly string[];
  /** The playbooks that would do in place of one of them. */
  readonly instead: readonly string[];
}

interface HostInJson {
  readonly host: string;
  readonly diagnosis: Pick<Scanned, "verdict" | "switchedOnBy" | "switchesOnNow">;
  readonly awaitsReboot: readonly string[] | null;
  readonly mend:
    | readonly { readonly playbook: string; readonly instead: readonly { readonly playbook: string }[] }[]
    | null;
}

/** Scans one host of an inventory. */
export async function scanOf(
  host: string,
  { inventory, state }: { readonly inventory: string; readonly state: string },
): Promise<Scanned> {
  const { stdout } = await kmend(["scan", "-i", inventory, "-l", host, "--output", "json"], {
    cwd: process.cwd(),
    env: { KMEND_STATE: state },
  });
  const found = (JSON.parse(stdout) as { hosts: readonly HostInJson[] }).hosts.find(
    (each) => each.host === host,
  );
  if (!found) throw new Error(`${host} is not in what the scan says: ${stdout}`);
  const steps = found.mend ?? [];
  return {
    verdict: found.diagnosis.verdict,
    switchedOnBy: found.diagnosis.switchedOnBy,
    switchesOnNow: found.diagnosis.switchesOnNow,
    awaitsReboot: found.awaitsReboot,
    mend: steps.map(({ playbook }) => playbook),
    instead: [...new Set(steps.flatMap((step) => step.instead.map(({ playbook }) => playbook)))],
  };
}
