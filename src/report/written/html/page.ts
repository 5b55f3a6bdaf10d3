/** A report as one page that needs nothing else: no network, no other file; it can be read on a screen, on paper, by ear and by keyboard. */

import { createHash } from "node:crypto";
import { heldWords } from "../../held.ts";
import { howMany } from "../../how-many.ts";
import type { Account } from "../account.ts";
import { endWords } from "../end-words.ts";
import { clockWords, durationWords, timesWords } from "../times.ts";
import { foldHosts, heatMap } from "./heat-map.ts";
import { leakChart } from "./leak-chart.ts";
import { html, joined, Markup } from "./markup.ts";
import { endTone } from "./outcomes.ts";
import { badge, type Section, section } from "./parts.ts";
import { script } from "./script.ts";
import {
  attentionSection,
  brokenSection,
  changeSections,
  goneOnSection,
  leftSection,
  messageSection,
  planSections,
  recapSection,
  saidSection,
  unforeseenSection,
} from "./sections.ts";
import { styles } from "./styles.ts";
import { timeline } from "./timeline.ts";

/** A mail server or a ticket takes no more, and a browser is slow with it. */
const mostBytes = 1_000_000;

/** How much of a run a page holds: where it would be too large, the next is tried. Characters. */
const levels = [
  { diffs: 400_000, said: 60_000, everyTask: true },
  { diffs: 150_000, said: 20_000, everyTask: true },
  { diffs: 150_000, said: 20_000, everyTask: false },
  { diffs: 20_000, said: 0, everyTask: false },
] as const;
type Level = (typeof levels)[number];

export function htmlReport(account: Account): string {
  let page = "";
  for (const level of levels) {
    page = pageOf(account, level);
    if (Buffer.byteLength(page) <= mostBytes) break;
  }
  return page;
}

function pageOf(account: Account, level: Level): string {
  const sections = sectionsOf(account, level);
  const title = `${titles[account.kind]} ${account.run}`;
  return html`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<title>${title}: ${account.says}</title><style>${new Markup(styles)}</style></head><body>
<a class="skip-link" href="#main">To the report</a>
<header>${head(account, title)}<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav></header>
${search}
<main id="main">${sections.map(
    ({
      id,
      title,
      body,
    }) => html`<section id="${id}" aria-labelledby="${id}-h"><h2 id="${id}-h">${title}</h2>${body}</section>
`,
  )}</main>
<footer>Made from the journal of ${account.run} by kmend. Secrets are masked in it. What hosts said stands here as text, and runs nothing.</footer>
<script>${new Markup(script)}</script></body></html>
`.text;
}

/** Nothing but this style and this script has any effect, whatever else comes to stand in the page. */
const policy = `default-src 'none'; style-src '${hashOf(styles)}'; script-src '${hashOf(script)}'; base-uri 'none'; form-action 'none'`;

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

const titles: Readonly<Record<Account["kind"], string>> = { run: "Run", plan: "Plan", rollback: "Rollback" };

function sectionsOf(account: Account, level: Level): readonly Section[] {
  const folded = foldHosts(account);
  const main = account.plan
    ? planSections(account, account.plan, level.diffs)
    : changeSections(account, level.diffs);
  return [
    attentionSection(account),
    brokenSection(account),
    unforeseenSection(account),
    leftSection(account),
    ...main,
    section(
      "leak",
      account.kind === "run" ? "The kmem leak, before and after" : "The kmem leak",
      leakChart(account),
    ),
    section("map", "Hosts by tasks", heatMap(account, folded, level.everyTask)),
    section("time", "Timeline", timeline(account, folded)),
    goneOnSection(account),
    saidSection(account, level.said),
    messageSection(account),
    recapSection(folded),
  ].filter((each) => each !== null);
}

function head(account: Account, title: string): Markup {
  const { says, startedAt, lastAt, of, limit, hosts, playbooks, inventories, resumes, kmend, who, held } =
    account;
  const took = durationWords(Date.parse(lastAt) - Date.parse(startedAt));
  return html`<h1>${title}</h1><p class="verdict ${verdictTone(account)}">${says}</p>
<dl class="facts">${of === undefined ? null : html`<dt>Takes back</dt><dd>${of}</dd>`}
<dt>What ran</dt><dd>${playbooks.join(", ")}</dd>
<dt>Where</dt><dd>${howMany(hosts.length, "host")} of ${inventories.join(", ")}${limit === undefined ? "" : `, limited to ${limit}`}</dd>
<dt>They ended</dt><dd>${ends(account)}</dd>
<dt>When</dt><dd>${clockWords(startedAt)}, for ${took}${resumes > 0 ? `; it was gone on with ${timesWords(resumes)}` : ""}</dd>
<dt>By</dt><dd>${who.map((each) => `${each}, `)}kmend ${kmend}, <code>kmend ${account.command}</code></dd>${
    held
      ? html`
<dt>The plan</dt><dd>${held.run}: ${heldWords(held)}</dd>`
      : null
  }</dl>`;
}

/** How many hosts ended how, trouble first. */
function ends(account: Account): Markup {
  const end = endWords(account);
  const groups = [...Map.groupBy(account.hosts, (host) => end(host))].map(([word, hosts]) => ({
    word,
    hosts: hosts.length,
    tone: endTone(word),
  }));
  const rank = ["bad", "lost", "warn", "back", "change", "ok"];
  groups.sort((a, b) => rank.indexOf(a.tone) - rank.indexOf(b.tone));
  return joined(
    groups.map(({ word, hosts, tone }) => badge(tone, `${hosts} ${word}`)),
    " ",
  );
}

function verdictTone({ state, attention, plan, left }: Account): string {
  if (state !== "ended") return "warn";
  return attention.length > 0 || (plan?.wouldFail.length ?? 0) > 0 ? "bad" : left ? "warn" : "ok";
}

const outcomes = [
  "failed",
  "unreachable",
  "changed",
  "back",
  "not-back",
  "ignored",
  "rescued",
  "unknown",
  "leaking",
  "ok",
];
const outcomeNames: Readonly<Record<string, string>> = {
  back: "taken back",
  "not-back": "not taken back",
  unknown: "not known",
};

/** Hidden until the script that makes it work has come to life. */
const search = html`<div class="find" role="search"><form id="find" hidden autocomplete="off"><label>Host<input name="host" type="search"></label><label>Task<input name="task" type="search"></label><label>Outcome<select name="outcome"><option value="">any</option>${outcomes.map(
  (each) => html`<option value="${each}">${outcomeNames[each] ?? each}</option>`,
)}</select></label><button type="reset">Show all</button><output aria-live="polite"></output></form></div>`;
