import { harmless } from "./style.ts";

/** What of a registered result of kmend.kmem.evidence tells what waits for a reboot, each reason in words; null: unknown. */
export function awaitsReboot(result: unknown): readonly string[] | null {
  const { evidence } = result as {
    readonly evidence?: { readonly kernel?: { readonly pendingReboot?: unknown } };
  };
  const fact = evidence?.kernel?.pendingReboot as { readonly value?: unknown } | undefined;
  return Array.isArray(fact?.value) ? fact.value.map(String) : null;
}

interface Awaiting {
  readonly host: string;
  readonly awaitsReboot: readonly string[] | null;
}

/** Nothing where no host is known to wait. */
export function awaitingRebootText(hosts: readonly Awaiting[]): string[] {
  const waiting = hosts.filter((each) => (each.awaitsReboot ?? []).length > 0);
  if (waiting.length === 0) return [];
  const lines = waiting.map(
    ({ host, awaitsReboot }) => `  ${host}: ${harmless(awaitsReboot?.join("; ") ?? "")}`,
  );
  return [`Awaiting a reboot:\n${lines.join("\n")}`];
}
