import type { Event, Events } from "../journal/journal.ts";
import { byHostName } from "./host-order.ts";
import { harmless } from "./style.ts";

/** What a scan found on one host: a diagnosis, or why there is none. */
export type ScannedHost =
  | {
      readonly host: string;
      readonly diagnosis: Diagnosed;
      readonly summary: string;
      /** The cheapest mend, step by step; null: too little is known. */
      readonly mend: readonly MendStep[] | null;
      /** How leaked ids come back; none where none leaked. */
      readonly giveBack: readonly GiveBack[];
    }
  | { readonly host: string; readonly problem: string };

interface Diagnosed {
  readonly verdict: string;
  readonly switchedOnBy: string;
  readonly perPod: {
    readonly says: string;
    readonly kmemIds: number | null;
    readonly memcgIds: number | null;
  };
  readonly leaked: {
    readonly kmemIds: number | null;
    readonly isAtLeast: boolean;
    readonly mayHoldMoreMemcgIds: boolean;
    readonly says: string;
  };
  readonly idsLeft: number | null;
  readonly reasons: readonly Cited[];
  readonly contradictions: readonly Cited[];
  readonly surer: readonly string[];
}

interface MendStep {
  readonly does: string;
  readonly playbook: string;
  readonly needs: string;
  readonly undoneBy: string;
  readonly risk: string;
  readonly instead: readonly { readonly does: string; readonly playbook: string; readonly needs: string }[];
}

interface GiveBack {
  readonly does: string;
  readonly playbook: string;
  readonly needs: string;
  readonly gives: string;
}

interface Cited {
  readonly says: string;
  readonly cites: readonly string[];
}

const evidenceModule = "kmend.kmem.evidence";

/** Reads the first evidence of each host from a journal. */
export function scannedHosts(events: readonly Event[]): readonly ScannedHost[] {
  const hosts = new Map<string, ScannedHost>();
  for (const event of events)
    if (event.type === "task:ended" && !hosts.has(event.host)) {
      const scanned = scannedHost(event);
      if (scanned) hosts.set(event.host, scanned);
    }
  return [...hosts.values()];
}

function scannedHost(event: Events["task:ended"]): ScannedHost | null {
  const result = event.result as {
    msg?: unknown;
    diagnosis?: Diagnosed;
    summary?: string;
    mend?: MendStep[] | null;
    give_back?: GiveBack[];
  } | null;
  if (event.outcome === "failed" || event.outcome === "unreachable")
    return {
      host: event.host,
      problem: `${event.outcome}: ${typeof result?.msg === "string" ? result.msg : "no message"}`,
    };
  if (event.task.module !== evidenceModule || !result?.diagnosis) return null;
  return {
    host: event.host,
    diagnosis: result.diagnosis,
    summary: result.summary ?? "",
    mend: result.mend ?? null,
    giveBack: result.give_back ?? [],
  };
}

/** Whether this host leaks, as far as is known. */
export function leaks(scanned: ScannedHost): boolean {
  return (
    "diagnosis" in scanned &&
    (scanned.diagnosis.verdict === "leaking" || scanned.diagnosis.verdict === "still-leaking-after-swap")
  );
}

/** Hosts that are alike in one group, worst first; then those that could not be read. */
export function scanText(hosts: readonly ScannedHost[]): string {
  const groups = new Map<string, ScannedHost[]>();
  const inOrder = [...hosts].sort((a, b) => byHostName(a.host, b.host));
  for (const each of inOrder) groups.set(groupOf(each), [...(groups.get(groupOf(each)) ?? []), each]);
  return [...groups]
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(
      ([title, members]) =>
        `${title}: ${members.length} ${members.length === 1 ? "host" : "hosts"}\n${members.map((each) => `  ${hostLine(each)}`).join("\n")}`,
    )
    .join("\n\n");
}

const order = ["leaking", "still leaking", "unknown", "unreachable", "failed", "clean", "not affected"];
const rank = (title: string): number => order.findIndex((word) => title.startsWith(word));

function groupOf(scanned: ScannedHost): string {
  if ("problem" in scanned) return scanned.problem.split(":")[0] ?? "failed";
  const { verdict, switchedOnBy, perPod } = scanned.diagnosis;
  const by = leaks(scanned) ? `, switched on by ${switchedOnBy}` : "";
  return `${verdict.replaceAll("-", " ")}${by} (${perPod.says})`;
}

function hostLine(scanned: ScannedHost): string {
  if ("problem" in scanned) return `${scanned.host}: ${harmless(scanned.problem)}`;
  const { leaked, idsLeft } = scanned.diagnosis;
  const count =
    leaked.kmemIds === null
      ? "an unknown number of"
      : `${leaked.isAtLeast ? "at least " : ""}${leaked.kmemIds}`;
  const atMost = leaked.isAtLeast || leaked.mayHoldMoreMemcgIds ? "at most " : "";
  const left = idsLeft === null ? "" : `, ${atMost}${idsLeft.toLocaleString("en")} memcg ids left`;
  return `${scanned.host}: ${count} kmem ids leaked${left} (${harmless(leaked.says)})`;
}

/** One host's diagnosis with every reason, and the files it was read from. */
export function explainText(scanned: ScannedHost): string {
  if ("problem" in scanned) return `${scanned.host}: ${harmless(scanned.problem)}`;
  const { diagnosis } = scanned;
  return harmless(
    [
      `${scanned.host}: ${scanned.summary}`,
      `Because:\n${diagnosis.reasons.map(citedLine).join("\n")}`,
      `A pod here: ${diagnosis.perPod.says}`,
      `Leaked so far: ${diagnosis.leaked.says}`,
      ...(leaks(scanned) ? [mendText(scanned.mend)] : []),
      ...(scanned.giveBack.length > 0 ? [giveBackText(scanned.giveBack)] : []),
      ...(diagnosis.contradictions.length > 0
        ? [`Signs that disagree:\n${diagnosis.contradictions.map(citedLine).join("\n")}`]
        : []),
      ...(diagnosis.surer.length > 0
        ? [`What could not be read:\n${diagnosis.surer.map((each) => `  - ${each}`).join("\n")}`]
        : []),
    ].join("\n"),
  );
}

function mendText(steps: readonly MendStep[] | null): string {
  if (steps === null) return "The cheapest mend: unknown, as what decides could not be read";
  if (steps.length === 0) return "The cheapest mend: none is needed";
  const lines = steps.map(({ does, playbook, needs, undoneBy, risk, instead }, index) =>
    [
      `  ${index + 1}. ${does}: needs ${aNeed(needs)}; by ${playbook}`,
      `      risk: ${risk}`,
      `      undone by ${undoneBy}`,
      ...instead.map((other) => `      or: ${other.does}: needs ${aNeed(other.needs)}; by ${other.playbook}`),
    ].join("\n"),
  );
  return `The cheapest mend, in this order:\n${lines.join("\n")}`;
}

function giveBackText(ways: readonly GiveBack[]): string {
  const lines = ways.map(
    ({ does, playbook, needs, gives }) => `  - ${does}: ${gives}; needs ${aNeed(needs)}; by ${playbook}`,
  );
  return `To get leaked ids back:\n${lines.join("\n")}`;
}

function aNeed(need: string): string {
  if (need === "nothing") return need;
  return `${/^[aeiou]/.test(need) ? "an" : "a"} ${need}`;
}

function citedLine({ says, cites }: Cited): string {
  return `  - ${says}\n      read from ${cites.join(", ")}`;
}
