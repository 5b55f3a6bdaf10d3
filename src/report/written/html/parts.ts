/** Pieces that several sections are made of. */

import type { Account, AccountTask } from "../account.ts";
import type { ChangeGroup } from "../change-groups.ts";
import { html, joined, type Markup } from "./markup.ts";

/** More names than that are folded away. */
const mostNames = 12;

/** A section with a heading; nothing where it has nothing to say. */
export function section(id: string, title: string, body: Markup | null): Section | null {
  return body === null ? null : { id, title, body };
}

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

/** Entries that the search hides and shows; null where there is none. */
export function itemList(items: readonly Markup[]): Markup | null {
  return items.length === 0
    ? null
    : html`<div data-list><ul class="items">${items}</ul><p class="none soft" hidden>Nothing here matches.</p></div>`;
}

/** @param outcomes words that the search knows it by */
export function item(outcomes: readonly string[], body: Markup): Markup {
  return html`<li class="item" data-o="${outcomes.join(" ")}">${body}</li>
`;
}

/** @param before stands before the names, or before how many there are */
export function hostNames(hosts: readonly string[], before = ""): Markup {
  if (hosts.length <= mostNames) return html`${before}<span class="hosts">${hosts.join(", ")}</span>`;
  return html`<details><summary>${before}${hosts.length} hosts</summary><span class="hosts">${hosts.join(", ")}</span></details>`;
}

/** Names in the middle of a line; of many, how many, and they stand below it. */
export function hostsInLine(hosts: readonly string[]): {
  readonly inLine: Markup;
  readonly below: Markup | null;
} {
  if (hosts.length <= mostNames)
    return { inLine: html`<strong class="hosts">${hosts.join(", ")}</strong>`, below: null };
  return {
    inLine: html`<strong>${hosts.length} hosts</strong>`,
    below: html`<div>${hostNames(hosts)}</div>`,
  };
}

export function taskName(task: AccountTask | undefined): Markup {
  if (!task) return html``;
  return html`<span class="task">${task.name}</span> <span class="where">${task.module}, ${task.place}</span>`;
}

export function badge(tone: string, word: string): Markup {
  return html`<span class="badge ${tone}">${word}</span>`;
}

/** Diffs take so much of a page at most; how many have no room is said, with the command that shows them. */
export function diffShelf(account: Account, room: number): (diffs: ChangeGroup["diffs"]) => Markup {
  let left = room;
  return (diffs) => {
    const isAlone = diffs.length === 1;
    const fitting: Markup[] = [];
    for (const { diff, hosts } of diffs) {
      if (left < diff.length) break;
      const one = foldedDiff(account, diff, hosts, isAlone);
      left -= one.text.length;
      if (left >= 0) fitting.push(one);
    }
    const rest = diffs.length - fitting.length;
    return rest === 0
      ? joined(fitting)
      : html`${fitting}<p class="soft">${rest} ${rest === 1 ? "diff has" : "diffs have"} no room here: <code>kmend show ${account.run} --diff</code></p>`;
  };
}

function foldedDiff(account: Account, diff: string, hosts: readonly string[], isAlone: boolean): Markup {
  const isLong = diff.length > longestDiff;
  const text = isLong
    ? `${diff.slice(0, longestDiff)}\n… cut; whole: kmend show ${account.run} --diff`
    : diff;
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line, i, all) => diffLine(line, isHeader(all, i)));
  const of = hosts.length === 1 ? hosts[0] : `${hosts.length} hosts`;
  const names = !isAlone && hosts.length > 1 ? html`<p class="soft">${hosts.join(", ")}</p>` : null;
  return html`<details><summary>Diff on ${of}</summary>${names}<pre tabindex="0">${joined(lines, "\n")}</pre></details>`;
}

const longestDiff = 20_000;

/** Of each of several diffs the two lines with the names. */
function isHeader(lines: readonly string[], i: number): boolean {
  return (
    (lines[i]?.startsWith("--- ") && lines[i + 1]?.startsWith("+++ ")) ||
    (lines[i]?.startsWith("+++ ") && lines[i - 1]?.startsWith("--- ")) ||
    false
  );
}

function diffLine(line: string, isHeader: boolean): Markup {
  if (isHeader || !/^[+-]/.test(line)) return html`${line}`;
  return html`<span class=${line.startsWith("+") ? "p" : "m"}>${line}</span>`;
}
