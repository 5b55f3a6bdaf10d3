import type { Event } from "../../journal/journal.ts";
import { diffText, firstHosts, harmless, howMany, planSummary, wrapAll } from "../../report/report.ts";
import type { Leg } from "../leg.ts";

/** More lines of one diff than that are for `kmend show RUN --diff`. */
const mostDiffLines = 30;

/** Of more hosts at one place the first ones are named; all of them stand in what `kmend report RUN` writes. */
const mostHosts = 8;

/** What the dry run of a leg predicts: its changes with their way back, and each diff once, with the hosts that have it. */
export function planScreen(leg: Leg, { run, events }: Planned, width: number): string[] {
  return [
    ...wrapAll(
      [
        `On ${howMany(leg.hosts.length, "host")} (${firstHosts(leg.hosts)}):`,
        ...leg.does.map((does) => `  - ${does}`),
        `by ${leg.playbooks.join(", ")}`,
        "",
        ...planSummary(events, mostHosts).split("\n"),
      ],
      width,
    ),
    ...diffs(events).flatMap(({ text, hosts }) => [
      "",
      `Diff on ${firstHosts(hosts)}:`,
      ...shortened(text, run),
    ]),
  ];
}

export interface Planned {
  readonly run: string;
  readonly events: readonly Event[];
}

/** Hosts that would fail, or did not answer. */
export function wouldFail(events: readonly Event[]): readonly string[] {
  const lost = events.filter(
    (event) =>
      event.type === "task:ended" &&
      (event.outcome === "failed" || event.outcome === "unreachable") &&
      !event.ignored &&
      !event.rescued,
  );
  return [...new Set(lost.map((event) => ("host" in event ? event.host : "")))];
}

function diffs(events: readonly Event[]): { readonly text: string; readonly hosts: string[] }[] {
  const byText = new Map<string, string[]>();
  for (const event of events) {
    if (event.type !== "task:ended" || event.outcome !== "changed") continue;
    for (const diff of event.diff ?? []) {
      const text = diffText(diff).trimEnd();
      if (text !== "") byText.set(text, [...(byText.get(text) ?? []), event.host]);
    }
  }
  return [...byText].map(([text, hosts]) => ({ text, hosts: [...new Set(hosts)] }));
}

function shortened(text: string, run: string): string[] {
  const lines = harmless(text).split("\n");
  if (lines.length <= mostDiffLines) return lines;
  return [
    ...lines.slice(0, mostDiffLines),
    `... ${lines.length - mostDiffLines} more lines: kmend show ${run} --diff`,
  ];
}
