import type { Account, LeakReading } from "../account.ts";
import { idWords, verdictWords } from "../leak-words.ts";
import { clockWords } from "../times.ts";
import { html, joined, type Markup } from "./markup.ts";

type Leak = Account["leak"][number];

/** The leak before and after: how many hosts with which verdict, then each host. */
export function leakChart({ leak, kind }: Account): Markup | null {
  if (leak.length === 0) return null;
  const first = leak.flatMap(({ readings }) => readings[0] ?? []);
  const last = leak.flatMap(({ readings }) => readings.at(-1) ?? []);
  const isCompared = kind === "run" && leak.some(({ readings }) => readings.length > 1);
  const bars = isCompared
    ? [bar("Before", first), bar("After", last)]
    : [bar(kind === "plan" ? "Now" : "As read", first)];
  const rows = leak.map((each) => hostRow(each, isCompared));
  const table = html`<div class="wide" role="region" aria-label="Table of the leak of each host" tabindex="0" data-list><table class="plain spark"><thead><tr><th scope="col">Host</th><th scope="col">${isCompared ? "Before" : "As read"}</th>${
    isCompared ? html`<th scope="col">After</th><th scope="col">Leaked ids by reading</th>` : null
  }</tr></thead><tbody>${rows}</tbody></table><p class="none soft" hidden>Nothing here matches.</p></div>`;
  const note = isCompared
    ? html`<p class="soft">Before: the run's first reading of each host. After: its last; of a host that was read once, the same. Ids that have leaked stay leaked until a reboot: what a mend ends is the leaking.</p>`
    : null;
  return html`<table class="bars"><tbody>${bars}</tbody></table>${note}${
    leak.length > 40
      ? html`<details><summary>Each of ${leak.length} hosts</summary>${table}</details>`
      : table
  }`;
}

const verdictTones: Readonly<Record<string, string>> = {
  leaking: "bad",
  "still-leaking-after-swap": "warn",
  clean: "ok",
  "not-affected": "back",
};

function toneOf(verdict: string): string {
  return verdictTones[verdict] ?? "skip";
}

/** One bar, a part for each verdict as wide as it has hosts; told in words below it. */
function bar(title: string, readings: readonly LeakReading[]): Markup {
  const counts = [...Map.groupBy(readings, ({ verdict }) => verdict)]
    .map(([verdict, those]) => ({ verdict, hosts: those.length }))
    .sort((a, b) => order(a.verdict) - order(b.verdict));
  let x = 0;
  const parts = counts.map(({ verdict, hosts }) => {
    const width = (hosts / readings.length) * 600;
    const part = html`<rect class="${toneOf(verdict)}" x="${x.toFixed(1)}" y="0" width="${Math.max(1, width - 2).toFixed(1)}" height="24" rx="3"/>`;
    x += width;
    return part;
  });
  const words = counts.map(({ verdict, hosts }) => `${hosts} ${verdictWords(verdict)}`).join(", ");
  return html`<tr><th scope="row">${title}</th><td><svg viewBox="0 0 600 24" preserveAspectRatio="none" role="img" aria-label="${title}: ${words}">${parts}</svg>${joined(
    counts.map(
      ({ verdict, hosts }) =>
        html`<span class="badge ${toneOf(verdict)}">${hosts} ${verdictWords(verdict)}</span> `,
    ),
  )}</td></tr>`;
}

function order(verdict: string): number {
  const known = Object.keys(verdictTones).indexOf(verdict);
  return known < 0 ? 9 : known;
}

function hostRow({ host, readings }: Leak, isCompared: boolean): Markup {
  const [first, last] = [readings[0], readings.at(-1)];
  if (!first || !last) return html``;
  const after = isCompared ? html`<td>${readingCell(last)}</td><td>${spark(host, readings)}</td>` : null;
  return html`<tr class="item any-task" data-o="${last.verdict === "clean" || last.verdict === "not-affected" ? "ok" : "leaking"}"><th scope="row"><span class="hosts">${host}</span></th><td>${readingCell(first)}</td>${after}</tr>
`;
}

function readingCell(reading: LeakReading): Markup {
  return html`<span class="badge ${toneOf(reading.verdict)}">${verdictWords(reading.verdict)}</span> ${idWords(reading)}`;
}

/** Leaked ids of one host over its readings. */
function spark(host: string, readings: readonly LeakReading[]): Markup {
  const known = readings.filter(({ kmemIds }) => kmemIds !== null);
  if (known.length < 2) return html`<span class="soft">one reading</span>`;
  const ids = known.map(({ kmemIds }) => kmemIds ?? 0);
  const most = Math.max(1, ...ids);
  const [begin, end] = [Date.parse(known[0]?.at ?? ""), Date.parse(known.at(-1)?.at ?? "")];
  const points = known.map(({ at, kmemIds, verdict }) => ({
    x: 4 + ((Date.parse(at) - begin) / Math.max(1, end - begin)) * 152,
    y: 21 - ((kmemIds ?? 0) / most) * 17,
    tone: toneOf(verdict),
  }));
  const line = points.map(({ x, y }, i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  const words = known.map(({ at, kmemIds }) => `${kmemIds} at ${clockWords(at)}`).join(", ");
  return html`<svg viewBox="0 0 160 24" role="img" aria-label="Leaked ids of ${host}: ${words}"><path d="${line}"/>${points.map(
    ({ x, y, tone }) =>
      html`<rect class="${tone}" x="${(x - 2.5).toFixed(1)}" y="${(y - 2.5).toFixed(1)}" width="5" height="5"/>`,
  )}</svg>`;
}
