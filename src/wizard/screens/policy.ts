import { wrapAll } from "../../report/report.ts";
import { type Option, type Policy, policyOptions } from "../policy.ts";

/** How the hosts will be gone through, each part with its reason. */
export function policyScreen(policy: Policy, hosts: number, width: number): string[] {
  const options = policyOptions(hosts);
  const line = <T>(title: string, all: readonly Option<T>[], value: T): string => {
    const [best] = all;
    const chosen = all.find((each) => same(each.value, value));
    const mark = best && same(best.value, value) ? "recommended: " : "";
    return `${title}: ${chosen?.name ?? JSON.stringify(value)} (${mark}${chosen?.because ?? "as you gave it"})`;
  };
  return wrapAll(
    [
      "How the hosts are gone through:",
      line("  Batches", options.batches, policy.batches),
      line("  Wait after a batch", options.soak, policy.soak),
      line("  Gate: every host has to pass its verification", options.mayFailPercent, policy.mayFailPercent),
      line("  When a host fails", options.onFailure, policy.onFailure),
      line("  Between batches", options.asks, policy.asks),
    ],
    width,
  );
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
