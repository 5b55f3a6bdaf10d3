/** What stands in the page, section by section, what needs a person first. */

import { actWords } from "../../act-words.ts";
import { brokenWords, unforeseenWords } from "../../held.ts";
import { byHostName } from "../../host-order.ts";
import { howMany } from "../../how-many.ts";
import type { Account, AccountPlan, AccountWayBack, Predicted } from "../account.ts";
import { attentionGroups } from "../attention-groups.ts";
import { type ChangeGroup, changeGroups, diffGroups, diffsOf } from "../change-groups.ts";
import { withoutWayBack } from "../plan-of.ts";
import type { FoldedHosts } from "./heat-map.ts";
import { html, joined, type Markup } from "./markup.ts";
import {
  badge,
  diffShelf,
  hostNames,
  hostsInLine,
  item,
  itemList,
  type Section,
  section,
  taskName,
} from "./parts.ts";

export function attentionSection(account: Account): Section | null {
  const tones: Readonly<Record<string, string>> = { unreachable: "lost", different: "warn", unknown: "warn" };
  const items = attentionGroups(account).map(({ hosts, what, says, task, runs, moreRuns }) => {
    const { inLine, below } = hostsInLine(hosts);
    return item(
      [what === "unreachable" ? "unreachable" : what === "unknown" ? "unknown" : "failed"],
      html`<p>${badge(tones[what] ?? "bad", what)} ${inLine} ${task === undefined ? null : html`at ${taskName(account.tasks[task])}`}</p>${below}<p class="says">${says}</p>${runs.map((run) => html`<code class="run">${run}</code>`)}${moreRuns === 0 ? null : html`<p class="soft">and ${moreRuns} more like it</p>`}`,
    );
  });
  return section("attention", "What needs a person", itemList(items));
}

export function brokenSection({ held }: Account): Section | null {
  const items = (held?.broken ?? []).map((each) =>
    item(
      ["failed"],
      html`<p>${badge("warn", "broken")} <strong class="hosts">${each.host}</strong> at ${each.task} <small>${each.place}</small></p><p class="says">${brokenWords(each)}</p>`,
    ),
  );
  return section("broken", "Predictions that did not hold", itemList(items));
}

export function unforeseenSection({ held }: Account): Section | null {
  const byTask = Map.groupBy(held?.unforeseen ?? [], ({ task, place }) => `${task}\n${place}`);
  const items = [...byTask.values()].map((each) =>
    item(
      ["changed"],
      html`<p>${badge("warn", "not in the plan")} ${each[0]?.task} <small>${each[0]?.place}</small></p><div>${hostNames(
        each.map(({ host }) => host),
        "on ",
      )}</div><p class="says">${unforeseenWords}</p>`,
    ),
  );
  return section("unforeseen", "Not in the plan", itemList(items));
}

/** @param room for diffs, in characters */
export function changeSections(account: Account, room: number): readonly (Section | null)[] {
  const { standing, takenBack, saidUnchanged } = changeGroups(account);
  const shelf = diffShelf(account, room);
  const entry = (group: ChangeGroup): Markup =>
    item(
      [
        group.fate === "failed"
          ? "failed"
          : group.fate === "unknown"
            ? "unknown"
            : group.fate === "reverted"
              ? "back"
              : "changed",
      ],
      html`<p>${taskName(account.tasks[group.task])} ${group.fate === "applied" || group.fate === "reverted" ? null : badge("bad", group.fate)}</p><div class="on"><div>${hostNames(group.hosts, "on ")}</div><div>${wayBack(group.wayBack)}</div></div>${shelf(group.diffs)}`,
    );
  const none = standing.filter((group) => group.wayBack.kind === "none");
  const said = itemList(saidUnchanged.map(entry));
  return [
    section("changed", "What changed", itemList(standing.map(entry))),
    section("back", "What was taken back", backBody(account, takenBack.map(entry))),
    section("no-way-back", "What has no way back", itemList(none.map((group) => shortEntry(account, group)))),
    section(
      "unchanged",
      "Said to change nothing",
      said &&
        html`<details><summary>${howMany(saidUnchanged.length, "command")} said by the playbook to change nothing: kmend can't know it</summary>${said}</details>`,
    ),
  ];
}

function shortEntry(
  account: Account,
  { task, hosts, wayBack: way }: Pick<ChangeGroup, "task" | "hosts" | "wayBack">,
): Markup {
  return item(
    ["changed"],
    html`<p>${taskName(account.tasks[task])}</p><div class="on"><div>${hostNames(hosts, "on ")}</div><div>${wayBack(way)}</div></div>`,
  );
}

/** Who took back what and why, then the changes. */
function backBody(account: Account, changes: readonly Markup[]): Markup | null {
  const why = account.rollbacks.map(({ scope, reason }) => html`<p>Of the ${scope}: ${reason}</p>`);
  const items = account.kind === "rollback" ? revertItems(account) : changes;
  const list = itemList(items);
  return list && html`${why}${list}`;
}

/** Of a rollback, whose changes another run made. */
function revertItems(account: Account): Markup[] {
  const groups = Map.groupBy(account.reverts, ({ task, end }) => `${task} ${end}`);
  return [...groups.values()].map((group) => {
    const { task, end, kept } = group[0] ?? { task: -1, end: "failed" };
    const isBack = end === "reverted";
    return item(
      [isBack ? "back" : "not-back"],
      html`<p>${taskName(account.tasks[task])} ${isBack ? badge("back", "taken back") : badge("bad", `not taken back: ${end}`)}</p><div>${hostNames([...new Set(group.map(({ host }) => host))].sort(byHostName), "on ")}</div>${kept === undefined ? null : html`<p class="says">Over somebody else's work: ${kept}</p>`}`,
    );
  });
}

function wayBack({ kind, says }: AccountWayBack): Markup {
  return kind === "none"
    ? html`${badge("bad", "no way back")} <span class="says">${says}</span>`
    : html`<span class="soft">Way back:</span> <span class="says">${says}</span>`;
}

/** @param room for diffs, in characters */
export function planSections(account: Account, plan: AccountPlan, room: number): readonly (Section | null)[] {
  const shelf = diffShelf(account, room);
  const diffs = diffsOf(account);
  const entry = ({ task, hosts, wayBack: way, acts = [], why }: Predicted): Markup =>
    item(
      [why === undefined ? "changed" : "unknown"],
      html`<p>${taskName(account.tasks[task])} ${acts.map((act) => html`${badge("warn", actWords[act])} `)}</p><div class="on"><div>${hostNames(hosts, "on ")}</div>${way.kind === "unknown" ? null : html`<div>${wayBack(way)}</div>`}</div>${why === undefined ? null : html`<p>Why: <span class="says">${why}</span></p>`}${shelf(diffGroups(diffs.get(task), new Set(hosts)))}`,
    );
  const failing = plan.wouldFail.map(({ host, task, what, message }) =>
    item(
      [what],
      html`<p>${badge(what === "failed" ? "bad" : "lost", what === "failed" ? "would fail" : what)} <strong class="hosts">${host}</strong> at ${taskName(account.tasks[task])}</p><p class="says">${message}</p>`,
    ),
  );
  const right =
    plan.rightAlready.length === 0 ? [] : [item(["ok"], html`<div>${hostNames(plan.rightAlready)}</div>`)];
  return [
    section("fail", "What would fail", itemList(failing)),
    section("change", "What would change", itemList(plan.wouldChange.map(entry))),
    section(
      "no-way-back",
      "What would have no way back",
      itemList(withoutWayBack(plan).map((each) => shortEntry(account, each))),
    ),
    section("unknown", "What can't be known before", itemList(plan.unknowable.map(entry))),
    section("right", "Right already", itemList(right)),
  ];
}

/** What failed, and the playbook went on all the same. */
export function goneOnSection(account: Account): Section | null {
  const found = account.hosts.flatMap(({ host, results }) =>
    results
      .filter(
        (each) =>
          (each.outcome === "failed" || each.outcome === "unreachable") && (each.ignored || each.rescued),
      )
      .map((result) => ({ host, result })),
  );
  const groups = Map.groupBy(found, ({ result }) => `${result.task} ${result.ignored} ${result.message}`);
  const items = [...groups.values()].flatMap((group) => {
    const result = group[0]?.result;
    if (!result) return [];
    const word = result.ignored ? "ignored" : "rescued";
    return item(
      [word],
      html`<p>${badge("warn", word)} ${taskName(account.tasks[result.task])}</p><div>${hostNames(
        group.map(({ host }) => host),
        "on ",
      )}</div><p class="says">${result.message ?? ""}</p>`,
    );
  });
  return section("gone-on", "What failed, and was gone on with", itemList(items));
}

/** What tasks that lost nothing had to say (`debug`, `assert`). @param room in characters */
export function saidSection(account: Account, room: number): Section | null {
  const found = account.hosts.flatMap(({ host, results }) =>
    results
      .filter((each) => each.outcome === "ok" && each.message !== undefined)
      .map((result) => ({ host, result })),
  );
  const groups = [...Map.groupBy(found, ({ result }) => `${result.task} ${result.message}`).values()];
  let left = room;
  const items = groups.flatMap((group) => {
    const result = group[0]?.result;
    left -= (result?.message?.length ?? 0) + 300 + 10 * group.length;
    if (!result || left < 0) return [];
    return item(
      ["ok"],
      html`<p>${taskName(account.tasks[result.task])}</p><div>${hostNames(
        group.map(({ host }) => host),
        "on ",
      )}</div><p class="says">${result.message}</p>`,
    );
  });
  const rest = groups.length - items.length;
  const list = itemList(items);
  return section(
    "said",
    "What tasks said",
    list &&
      html`<details><summary>${groups.length} messages</summary>${rest > 0 ? html`<p class="soft">${rest} have no room here: <code>kmend show ${account.run}</code></p>` : null}${list}</details>`,
  );
}

export function leftSection({ left, run }: Account): Section | null {
  if (!left) return null;
  const ways = {
    resume: html`<code class="run">kmend resume ${run}</code>`,
    retry: html`<code class="run">kmend resume ${run} --retry-failed</code>`,
    anew: html`<p>Hosts were taken back, and take no further part: once the reason is gone, run the playbook again.</p>`,
  };
  const lists = [
    ["half done", left.halfDone],
    ["untouched", left.untouched],
  ] as const;
  const items = lists
    .filter(([, hosts]) => hosts.length > 0)
    .map(([what, hosts]) => item(["unknown"], html`<div>${badge("warn", what)} ${hostNames(hosts)}</div>`));
  const list = itemList(items);
  return section("left", "What is left to do", list && html`${list}${ways[left.goOn]}`);
}

export function messageSection({ messages }: Account): Section | null {
  const texts = [...new Set(messages.map(({ text }) => text))];
  const lines = texts.slice(0, 100).map((text) => html`<li class="says">${text}</li>`);
  return section("warnings", "Warnings", lines.length === 0 ? null : html`<ul>${joined(lines)}</ul>`);
}

const countNames = ["ok", "changed", "unreachable", "failed", "skipped", "rescued", "ignored"] as const;

/** The recap; hosts that count alike are in one line where there are many. */
export function recapSection(folded: readonly FoldedHosts[]): Section | null {
  const single = folded.flatMap(({ hosts, end }) => hosts.map((host) => ({ host, end })));
  const groups =
    single.length <= 12
      ? single.map((each) => [each])
      : [...Map.groupBy(single, ({ host, end }) => `${end} ${JSON.stringify(host.counts)}`).values()];
  const rows = groups.flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const numbers = countNames.map((name) => html`<td class="number">${first.host.counts[name]}`);
    return html`<tr class="item any-task" data-o="${first.end}"><th scope="row">${hostNames(group.map(({ host }) => host.host))}</th><td>${first.end}</td>${numbers}</tr>
`;
  });
  if (rows.length === 0) return null;
  return section(
    "recap",
    "Recap",
    html`<div class="wide" role="region" aria-label="Table of counts" tabindex="0" data-list><table class="plain"><thead><tr><th scope="col">Host</th><th scope="col">End</th>${countNames.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table><p class="none soft" hidden>Nothing here matches.</p></div>`,
  );
}
