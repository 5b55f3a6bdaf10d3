import {
  type Cited,
  type Exhausted,
  type GiveBack,
  leaks,
  type MendStep,
  type Preparation,
  type ScannedHost,
} from "./scan.ts";
import { workloadLines } from "./scan-workloads.ts";
import { harmless } from "./style.ts";

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
      ...(diagnosis.workloads ? workloadLines(diagnosis.workloads) : []),
      `When ids run out: ${whenText(scanned.exhaustion)}`,
      ...(leaks(scanned) ? [mendText(scanned.mend)] : []),
      ...(scanned.giveBack.length > 0 ? [giveBackText(scanned.giveBack)] : []),
      ...((scanned.awaitsReboot ?? []).length > 0
        ? [`Awaits a reboot: ${scanned.awaitsReboot?.join("; ")}`]
        : []),
      ...(diagnosis.contradictions.length > 0
        ? [`Signs that disagree:\n${diagnosis.contradictions.map(citedLine).join("\n")}`]
        : []),
      ...citedText("What kernel and services said", diagnosis.heard),
      ...citedText("Signs that say nothing here", diagnosis.silent),
      ...(diagnosis.surer.length > 0
        ? [`What could not be read:\n${diagnosis.surer.map((each) => `  - ${each}`).join("\n")}`]
        : []),
    ].join("\n"),
  );
}

function whenText({ kind, says, basis, idsPerDay }: Exhausted): string {
  const opening = { dated: "", none: "no date: ", unknown: "unknown: " }[kind];
  if (basis === null && idsPerDay !== null)
    return `${opening}${says}\n  - ${idsPerDay.toLocaleString("en")} memcg ids a day, by kubelet's count of pods`;
  if (basis === null) return `${opening}${says}`;
  const rate = idsPerDay === null ? "" : `, ${idsPerDay.toLocaleString("en")} a day`;
  return `${opening}${says}\n  - ${basis.kmemIds.toLocaleString("en")} kmem ids from ${basis.first} to ${basis.second}${rate}`;
}

function mendText(steps: readonly MendStep[] | null): string {
  if (steps === null) return "The cheapest mend: unknown, as what decides could not be read";
  if (steps.length === 0) return "The cheapest mend: none is needed";
  const lines = steps.map(
    ({ does, playbook, mends, leaves, needs, takes, preparedBy, undoneBy, risk, instead }, index) =>
      [
        `  ${index + 1}. ${does}: needs ${aNeed(needs)}; by ${playbook}`,
        ...(mends === undefined ? [] : [`      mends: ${mends}`]),
        ...(leaves === undefined ? [] : [`      leaves: ${leaves}`]),
        ...(takes === null ? [] : [`      takes ${takes}`]),
        ...(preparedBy ? preparationLines(preparedBy) : []),
        `      risk: ${risk}`,
        `      undone by ${undoneBy}`,
        ...instead.map(
          (other) => `      or: ${other.does}: needs ${aNeed(other.needs)}; by ${other.playbook}`,
        ),
      ].join("\n"),
  );
  return `The cheapest mend, in this order:\n${lines.join("\n")}`;
}

function preparationLines(made: Preparation): string[] {
  return [
    `      before it: ${made.does}; on ${made.runsOn}; by ${made.playbook}`,
    `        takes ${made.takes}`,
    `        lasts: ${made.lasts}`,
    `        undone by ${made.undoneBy}`,
    ...(made.risk === undefined ? [] : [`        risk: ${made.risk}`]),
    `        more: ${made.readMore}`,
  ];
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

function citedText(title: string, cited: readonly Cited[] = []): string[] {
  return cited.length === 0 ? [] : [`${title}:\n${cited.map(citedLine).join("\n")}`];
}
