/** A report for a pull request or a ticket: short first, diffs folded away. */

import { actWords } from "../act-words.ts";
import { brokenWords, heldWords, unforeseenWords } from "../held.ts";
import { byHostName } from "../host-order.ts";
import { howMany } from "../how-many.ts";
import { harmless } from "../style.ts";
import type { Account, Predicted } from "./account.ts";
import { type AttentionGroup, attentionGroups } from "./attention-groups.ts";
import { type ChangeGroup, changeGroups, diffGroups, diffsOf } from "./change-groups.ts";
import { endWords } from "./end-words.ts";
import { leakWords } from "./leak-words.ts";
import { withoutWayBack } from "./plan-of.ts";
import { clockWords, durationWords, timesWords } from "./times.ts";

// GitHub takes 65,536 characters in a comment.
const mostCharacters = 60_000;
const longestDiff = 6_000;
const mostHosts = 12;

/** Texts of hosts stand in code spans and fences that they cannot end: no markup, mention or link of theirs comes alive. */
export function markdownReport(account: Account): string {
  const short = [
    `# ${titles[account.kind]} ${code(account.run)}`,
    headLines(account),
    section(
      "Needs a person",
      attentionGroups(account).map((each) => attentionLine(account, each)),
    ),
    ...(account.plan ? planSections(account, account.plan) : runSections(account)),
    brokenSection(account),
    unforeseenSection(account),
    leftSection(account),
    declinedSection(account),
    leakSection(account),
    recapTable(account),
  ].filter((part) => part !== "");
  const text = `${short.join("\n\n")}\n`;
  return withDiffs(text, account);
}

const titles: Readonly<Record<Account["kind"], string>> = { run: "Run", plan: "Plan", rollback: "Rollback" };

function headLines(account: Account): string {
  const { says, startedAt, lastAt, playbooks, kmend, of, limit, hosts, resumes, who, held } = account;
  const took = durationWords(Date.parse(lastAt) - Date.parse(startedAt));
  return [
    `**${says}**\n`,
    `- ${of === undefined ? "Playbooks" : `Takes back ${code(of)} of`}: ${playbooks.map(code).join(", ")}`,
    `- Hosts: ${hosts.length}${limit === undefined ? "" : `, limited to ${code(limit)}`}`,
    `- Begun ${clockWords(startedAt)}, took ${took}${resumes > 0 ? `, gone on with ${timesWords(resumes)}` : ""}`,
    `- By ${[...who.map(code), `kmend ${code(kmend)}`].join(", ")}`,
    ...(held ? [`- Carried out the plan ${code(held.run)}: ${heldWords(held)}`] : []),
  ].join("\n");
}

function attentionLine(
  account: Account,
  { hosts, what, says, task, runs, moreRuns }: AttentionGroup,
): string {
  const name = task === undefined ? "" : ` at ${code(account.tasks[task]?.name ?? "")}`;
  const commands = runs.map((run) => `\n  - ${code(run)}`).join("");
  const more = moreRuns === 0 ? "" : `\n  - and ${moreRuns} more like it`;
  return `**${what}**: ${hostList(hosts)}${name}: ${code(says)}${commands}${more}`;
}

function runSections(account: Account): string[] {
  const { standing, takenBack, saidUnchanged } = changeGroups(account);
  const line = (group: ChangeGroup): string => changeLine(account, group);
  const noWayBack = standing.filter(({ wayBack }) => wayBack.kind === "none");
  return [
    section("What changed", standing.map(line)),
    section("What was taken back", [...takenBack.map(line), ...revertLines(account, true)]),
    section("What was not taken back", revertLines(account, false)),
    section("What has no way back", noWayBack.map(line)),
    saidUnchanged.length === 0
      ? ""
      : folded(
          `${howMany(saidUnchanged.length, "command")} said by the playbook to change nothing`,
          saidUnchanged.map((group) => `- ${line(group)}`).join("\n"),
        ),
  ];
}

/** Of a rollback, whose changes another run made. */
function revertLines(account: Account, isBack: boolean): string[] {
  if (account.kind !== "rollback") return [];
  const wanted = account.reverts.filter(({ end }) => (end === "reverted") === isBack);
  const groups = Map.groupBy(wanted, ({ task, end }) => `${task} ${end}`);
  return [...groups.values()].map((group) => {
    const task = account.tasks[group[0]?.task ?? -1]?.name ?? "";
    const end = isBack ? "" : ` (${group[0]?.end})`;
    // A loop made more than one change on a host.
    const hosts = [...new Set(group.map(({ host }) => host))].sort(byHostName);
    return `${code(task)}${end} on ${hostList(hosts)}`;
  });
}

function changeLine(account: Account, { task, fate, hosts, wayBack }: ChangeGroup): string {
  const word = fate === "applied" || fate === "reverted" ? "" : ` (${fate})`;
  return `${code(account.tasks[task]?.name ?? "")}${word} on ${hostList(hosts)}; way back: ${wayBackText(wayBack)}`;
}

function planSections(account: Account, plan: NonNullable<Account["plan"]>): string[] {
  const line = ({ task, hosts, wayBack, acts = [], why }: Predicted): string =>
    `${code(account.tasks[task]?.name ?? "")}${acts.map((act) => `, **${actWords[act]}**,`).join("")} on ${hostList(hosts)}${why ? `: ${code(why)}` : ""}${wayBack.kind === "unknown" ? "" : `; way back: ${wayBackText(wayBack)}`}`;
  const noWayBack = ({ task, hosts, wayBack }: Predicted): string => line({ task, hosts, wayBack });
  return [
    section(
      "Would fail",
      plan.wouldFail.map(
        ({ host, task, message }) =>
          `${code(host)} at ${code(account.tasks[task]?.name ?? "")}: ${code(message)}`,
      ),
    ),
    section("Would change", plan.wouldChange.map(line)),
    section("Without a way back", withoutWayBack(plan).map(noWayBack)),
    section("Can't be known before", plan.unknowable.map(line)),
    section("Right already", plan.rightAlready.length > 0 ? [hostList(plan.rightAlready)] : []),
  ];
}

function wayBackText({ kind, says }: Predicted["wayBack"]): string {
  if (kind === "none") return `**none**: ${code(says)}`;
  return kind === "tasks" || says.startsWith("none:") ? code(says) : says;
}

/** What came otherwise than the plan had said. */
function brokenSection({ held }: Account): string {
  const lines = (held?.broken ?? []).map(
    (each) => `${code(each.host)} at ${code(each.task)}: ${brokenWords(each)}`,
  );
  return section("Broken predictions", lines);
}

/** What whoever signed the plan never saw. */
function unforeseenSection({ held }: Account): string {
  const byTask = Map.groupBy(held?.unforeseen ?? [], ({ task, place }) => `${task}\n${place}`);
  const lines = [...byTask.values()].map(
    (each) => `${code(each[0]?.task ?? "")} on ${hostList(each.map(({ host }) => host))}: ${unforeseenWords}`,
  );
  return section("Not in the plan", lines);
}

/** Of a run that ended early: what it did not come to. */
function leftSection({ left }: Account): string {
  if (!left) return "";
  const lists = [
    ["Half done", left.halfDone],
    ["Untouched", left.untouched],
  ] as const;
  const lines = lists.filter(([, hosts]) => hosts.length > 0);
  return section(
    "Left to do",
    lines.map(([what, hosts]) => `${what}: ${hostList(hosts)}`),
  );
}

function declinedSection({ declined = [] }: Account): string {
  const lines = declined.map(({ task, hosts }) => `${code(task)} on ${hostList(hosts)}`);
  return section("Left out, by the answer that --step was given", lines);
}

function leakSection(account: Account): string {
  const lines = leakWords(account).map(({ host, says }) => `${code(host)}: ${says}`);
  return section("The kmem leak", lines);
}

function recapTable(account: Account): string {
  const { hosts } = account;
  const end = endWords(account);
  const groups = [...Map.groupBy(hosts, (host) => `${end(host)} ${JSON.stringify(host.counts)}`).values()];
  const rows = groups.map((group) => {
    const [first] = group;
    const numbers = Object.values(first?.counts ?? {});
    return `| ${hostList(
      group.map(({ host }) => host),
      cell,
    )} | ${first ? end(first) : ""} | ${numbers.join(" | ")} |`;
  });
  const head = ["host", "end", ...Object.keys(hosts[0]?.counts ?? {})];
  if (rows.length === 0) return "";
  return ["## Recap\n", `| ${head.join(" | ")} |`, `|${" --- |".repeat(head.length)}`, ...rows].join("\n");
}

/** Diffs as far as there is room, each folded away. */
function withDiffs(text: string, account: Account): string {
  const all = new Set(account.hosts.map(({ host }) => host));
  const parts = [...diffsOf(account)].flatMap(([task, byHost]) =>
    diffGroups(byHost, all).map(({ diff, hosts }) =>
      folded(
        `<code>${html(account.tasks[task]?.name ?? "")}</code> on ${html(names(hosts).join(", "))}`,
        fenced(diff.length > longestDiff ? `${diff.slice(0, longestDiff)}\n… cut` : diff),
      ),
    ),
  );
  let room = mostCharacters - text.length;
  const fitting = parts.filter((part) => {
    room -= part.length + 2;
    return room > 0;
  });
  const rest = parts.length - fitting.length;
  const more =
    rest > 0
      ? `${howMany(rest, "more diff")} ${rest === 1 ? "has" : "have"} no room here: ${code(`kmend show ${account.run} --diff`)}`
      : "";
  return parts.length === 0
    ? text
    : `${[`${text}\n## Diffs`, ...fitting, more].filter((part) => part !== "").join("\n\n")}\n`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `## ${title}\n\n${lines.map((line) => `- ${line}`).join("\n")}`;
}

function folded(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

function hostList(hosts: readonly string[], show: (name: string) => string = code): string {
  const rest = hosts.length - mostHosts;
  const shown = hosts.slice(0, rest > 0 ? mostHosts - 2 : undefined).map(show);
  return rest > 0 ? `${shown.join(", ")} and ${rest + 2} more` : shown.join(", ");
}

function names(hosts: readonly string[]): string[] {
  return hosts.length > 4 ? [...hosts.slice(0, 3), `${hosts.length - 3} more`] : [...hosts];
}

/** A code span on one line, with more backticks around it than it has in it. */
function code(text: string): string {
  const line = harmless(text.toWellFormed()).replaceAll(/\s+/g, " ").trim();
  if (line === "") return "";
  const fence = "`".repeat(longestRun(line) + 1);
  const pad = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** In a table a bar ends the cell, and a backslash before it may or may not help. */
function cell(text: string): string {
  return code(text.replaceAll(/[|\\`]/g, (c) => `%${c.charCodeAt(0).toString(16)}`));
}

function fenced(diff: string): string {
  const text = harmless(diff.toWellFormed()).trimEnd();
  const fence = "`".repeat(Math.max(2, longestRun(text)) + 1);
  return `${fence}diff\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

function html(text: string): string {
  return harmless(text.toWellFormed())
    .replaceAll(/\s+/g, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
