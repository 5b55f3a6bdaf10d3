import { byHostName } from "../../host-order.ts";
import type { Account, AccountHost } from "../account.ts";
import { endWords } from "../end-words.ts";
import { html, joined, type Markup } from "./markup.ts";
import { endTone, type Mark, markOrder, marks, markWord, revertsByHost, rowOf } from "./outcomes.ts";
import { hostNames } from "./parts.ts";

/** Hosts whose rows are the same, in one. */
export interface FoldedHosts {
  readonly hosts: readonly AccountHost[];
  readonly end: string;
  readonly row: ReadonlyMap<number, Mark>;
}

/** Small fleets stand host by host: people look for theirs. */
const mostUnfolded = 12;

export function foldHosts(account: Account): readonly FoldedHosts[] {
  const reverts = revertsByHost(account);
  const end = endWords(account);
  const rows = account.hosts.map((host) => ({
    hosts: [host],
    end: end(host),
    row: rowOf(account, host, reverts),
  }));
  if (rows.length <= mostUnfolded) return rows;
  const groups = Map.groupBy(rows, (each) => `${each.end} ${JSON.stringify([...each.row])}`);
  return [...groups.values()]
    .flatMap(([first, ...others]) =>
      first ? { ...first, hosts: [...first.hosts, ...others.flatMap(({ hosts }) => hosts)] } : [],
    )
    .sort((a, b) => trouble(a) - trouble(b) || byHostName(a.hosts[0]?.host ?? "", b.hosts[0]?.host ?? ""));
}

/** What needs a look stands first. */
function trouble({ end }: FoldedHosts): number {
  return ["bad", "lost", "back", "warn"].includes(endTone(end)) ? 0 : 1;
}

/** A table of hosts by tasks. @param everyTask also those that changed nothing and did not fail */
export function heatMap(account: Account, folded: readonly FoldedHosts[], everyTask: boolean): Markup | null {
  const isWorth = everyTask
    ? (mark: Mark): boolean => mark !== "s"
    : (mark: Mark): boolean => mark !== "s" && mark !== "o";
  const worth = new Set(
    folded.flatMap(({ row }) => [...row].filter(([, mark]) => isWorth(mark)).map(([task]) => task)),
  );
  const columns = account.tasks.map((_, task) => task).filter((task) => worth.has(task));
  if (columns.length === 0) return null;
  const names = account.tasks.map(({ name }) => name);
  const shared = sharedRole(columns.map((task) => names[task] ?? ""));
  const left = account.tasks.filter(({ kind }, task) => kind !== "rollback" && !worth.has(task)).length;
  const used = new Set(folded.flatMap(({ row }) => columns.flatMap((task) => row.get(task) ?? [])));
  return html`<ul class="key" aria-label="What the letters mean">${markOrder
    .filter((mark) => used.has(mark))
    .map(
      (mark) =>
        html`<li><b class="${marks[mark].tone}">${marks[mark].letter}</b>${markWord(mark, account)}</li>`,
    )}</ul>
<div class="wide" role="region" aria-label="Table of hosts by tasks" tabindex="0" data-list><table class="map">
<thead><tr><th class="label" scope="colgroup">Hosts</th><th class="label" scope="colgroup">End</th>${columns.map(
    (task) => html`<th scope="col"><span title="${names[task]}">${names[task]?.slice(shared)}</span></th>`,
  )}</tr></thead>
<tbody>${joined(folded.map((each) => mapRow(each, columns)))}</tbody></table><p class="none soft" hidden>Nothing here matches.</p></div>${
    left > 0
      ? html`<p class="soft">${left} tasks are left out: ${everyTask ? "every host skipped them" : "they changed nothing, and none failed"}.</p>`
      : null
  }`;
}

/** How long the role's name is that all tasks begin with: it says nothing here, and takes the room. */
function sharedRole(names: readonly string[]): number {
  const role = /^[\w.-]+ : /.exec(names[0] ?? "")?.[0] ?? "";
  return names.every((name) => name.startsWith(role)) ? role.length : 0;
}

function mapRow({ hosts, end, row }: FoldedHosts, columns: readonly number[]): Markup {
  const words = new Set([...row.values()].map((mark) => searchWords[mark]));
  const marked = columns.map((task) => {
    const mark = row.get(task);
    return mark === undefined ? empty : cells[mark];
  });
  return html`<tr class="item any-task" data-o="${[...words, searchEnd(end)].join(" ")}"><th scope="row">${hostNames(hosts.map(({ host }) => host))}</th><td class="end ${endTone(end)}">${end}</td>${marked}</tr>
`;
}

// Tens of thousands of these: no more than what is seen, and the most frequent has no class.
const empty = html`<td class=e>`;
const cells = Object.fromEntries(
  markOrder.map((mark) => [
    mark,
    mark === "o" ? html`<td>${marks.o.letter}` : html`<td class=${mark}>${marks[mark].letter}`,
  ]),
) as Readonly<Record<Mark, Markup>>;

/** The words of the search's list of outcomes. */
const searchWords: Readonly<Record<Mark, string>> = {
  f: "failed",
  u: "unreachable",
  n: "not-back",
  b: "back",
  r: "rescued",
  i: "ignored",
  c: "changed",
  k: "unknown",
  o: "ok",
  s: "skipped",
};

function searchEnd(end: string): string {
  return { bad: "failed", lost: "unreachable", back: "back", change: "changed" }[endTone(end)] ?? "ok";
}
