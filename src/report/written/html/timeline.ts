import { howMany } from "../../how-many.ts";
import type { Account } from "../account.ts";
import { clockWords, durationWords } from "../times.ts";
import type { FoldedHosts } from "./heat-map.ts";
import { html, joined, Markup } from "./markup.ts";
import { type Mark, markOf, marks, revertsByHost } from "./outcomes.ts";
import { hostNames } from "./parts.ts";

/** Steps of the time axis; what is shorter than one is still seen. */
const finest = 1000;
/** For many rows, which would take too much of the page. */
const coarse = 100;
const mostFine = 60;

type Bars = Map<string, Set<number>>;

/** When each host was at work, from left to right. */
export function timeline(account: Account, folded: readonly FoldedHosts[]): Markup | null {
  const began = Date.parse(account.startedAt);
  const span = Math.max(1, Date.parse(account.lastAt) - began);
  const step = (at: number): number =>
    Math.min(steps - 1, Math.max(0, Math.floor(((at - began) / span) * steps)));
  const reverts = revertsByHost(account);
  const steps = folded.length > mostFine ? coarse : finest;
  const rows = folded.map(({ hosts, end }) => {
    const bars: Bars = new Map();
    const put = (mark: Mark, from: number, until: number): void => {
      const { tone } = marks[mark];
      const taken = bars.get(tone) ?? new Set();
      for (let at = step(from); at <= step(until); at += 1) taken.add(at);
      bars.set(tone, taken);
    };
    for (const { host, results } of hosts) {
      for (const result of results) {
        const ended = Date.parse(result.endedAt);
        if (result.outcome !== "skipped") put(markOf(result), ended - result.durationMs, ended);
      }
      for (const { at, end: how } of reverts.get(host) ?? [])
        put(how === "reverted" ? "b" : "n", Date.parse(at), Date.parse(at));
    }
    const names = hosts.map(({ host }) => host);
    return html`<tr class="item any-task"><th scope="row">${hostNames(names)}</th><td>${drawn(bars, `${names.length === 1 ? names[0] : `${names.length} hosts`}: ${atWork(bars, span / steps)}; ${end}`, steps)}</td></tr>
`;
  });
  if (rows.length === 0) return null;
  return html`<div class="axis" aria-hidden="true"><span>${clockWords(account.startedAt)}</span><span>${durationWords(span / 2)} later</span><span>${clockWords(account.lastAt)}</span></div>
<div data-list><table class="time"><thead hidden><tr><th>Host</th><th>Time</th></tr></thead><tbody>${rows}</tbody></table><p class="none soft" hidden>Nothing here matches.</p></div>${batches(account)}`;
}

/** The worst is drawn last, so that it is seen. */
const drawOrder = ["ok", "change", "warn", "back", "lost", "bad"];

function drawn(bars: Bars, label: string, steps: number): Markup {
  const paths = drawOrder.flatMap((tone) => {
    const taken = bars.get(tone);
    return taken ? html`<path class="${tone}" d="${new Markup(pathOf(taken, steps / 300))}"/>` : [];
  });
  return html`<svg viewBox="0 0 ${steps} 16" preserveAspectRatio="none" role="img" aria-label="${label}"><path class="rail" d="M0 8h${steps}"/>${paths}</svg>`;
}

/** @param gap that is none that could be seen, in steps */
function pathOf(taken: ReadonlySet<number>, gap: number): string {
  const sorted = [...taken].sort((a, b) => a - b);
  let path = "";
  for (let i = 0; i < sorted.length; ) {
    const from = sorted[i] ?? 0;
    let until = from;
    while (i < sorted.length && (sorted[i] ?? 0) - until <= 1 + gap) until = sorted[i++] ?? 0;
    path += `M${from} 8h${until - from + 1}`;
  }
  return path;
}

function atWork(bars: Bars, stepMs: number): string {
  const all = new Set([...bars.values()].flatMap((taken) => [...taken]));
  if (all.size === 0) return "nothing was done";
  const [from, until] = [Math.min(...all), Math.max(...all)];
  return `at work from ${durationWords(from * stepMs)} to ${durationWords((until + 1) * stepMs)}`;
}

function batches(account: Account): Markup | null {
  const several = account.batches.filter(({ of }) => of > 1);
  if (several.length === 0) return null;
  const line = ({ play, batch, of, hosts, startedAt, gateHeld }: Account["batches"][number]): Markup => {
    const name = account.plays.find((each) => each.play === play)?.name ?? "";
    const gate = gateHeld === undefined ? "" : gateHeld ? "; its gate held" : "; its gate did not hold";
    return html`<li>${clockWords(startedAt)}: batch ${batch} of ${of} of ${name}, ${howMany(hosts, "host")}${gate}</li>`;
  };
  return html`<details><summary>${several.length} batches</summary><ol>${joined(several.map(line))}</ol></details>`;
}
