/** Reports as files: what they say of recorded runs, and that nothing of a host comes alive in them. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { accountOf, ansibleShape, type ReportFormat, writtenReport } from "../../src/report/report.ts";
import { type Schema, wrongBy } from "./json-schema.ts";
import { csvRows, xmlAsJson } from "./read-back.ts";
import {
  begun,
  bigRun,
  hostileRun,
  madeUpEnds,
  madeUpJournal,
  madeUpTask,
  type Recorded,
  recordedAccount,
  recordedEvents,
} from "./recorded.ts";

const schema: Schema = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../docs/report.schema.json"), "utf8"),
);
const recorded: readonly Recorded[] = ["failed", "plan", "mended", "rollback", "locked-out"];
const hostile = accountOf(hostileRun(), { isLive: false });

function report(name: Recorded, format: ReportFormat): string {
  return writtenReport(recordedAccount(name), format);
}

t.test("json is what its schema describes", async (t) => {
  for (const name of recorded) t.strictSame(wrongBy(schema, JSON.parse(report(name, "json"))), [], name);
  t.strictSame(wrongBy(schema, JSON.parse(writtenReport(hostile, "json"))), []);
});

t.test("what somebody said no to is named, and counts nowhere", async (t) => {
  const { events, add } = madeUpJournal();
  add("run:started", begun);
  add("task:declined", { task: madeUpTask(1, "Second"), hosts: ["a", "b"] });
  add("run:ended", { exitCode: 0, recap: {}, seconds: 1, reason: "done" });
  const account = accountOf(events, { isLive: false });
  t.strictSame(wrongBy(schema, JSON.parse(writtenReport(account, "json"))), []);
  t.match(account, { tasks: [], declined: [{ task: "Second", place: "site.yml:3:5", hosts: ["a", "b"] }] });
  const page = writtenReport(account, "md");
  t.match(page, /^## Left out, by the answer that --step was given\n\n- `Second` on `a`, `b`$/m);
  t.match(writtenReport(account, "html"), /Second: left out on a, b, by the answer/);
});

t.test("a run of which a host failed and was taken back", async (t) => {
  const account = recordedAccount("failed");
  t.match(account, { kind: "run", state: "ended", exitCode: 2, reason: "limit" });
  t.match(account.says, "1 of 6 hosts needs a person. Exit code 2: too many hosts failed");
  t.match(account.attention, [{ host: "app-2", what: "failed", says: /was taken back.*mislabelled/ }]);
  t.equal(account.changes.filter(({ fate }) => fate === "reverted").length, 4);
  t.match(account.left, { halfDone: ["both-1"] });
  const toItsEnd = recordedEvents("failed").filter(({ type }) => type !== "run:cut-short");
  const advice = accountOf(toItsEnd, { isLive: false }).attention.map(({ run }) => run);
  t.strictSame(advice, [`kmend show ${account.run}`], "a host that was taken back is not gone on with");

  const md = report("failed", "md");
  t.match(md, /## Needs a person\n\n- \*\*failed\*\*: `app-2` at `kmem : Check that the new kubelet/);
  t.match(md, /## What was taken back\n\n(- .*\n)*- `kmem : Install the kubelet without kmem` on `app-2`/);
  t.match(md, "- `app-1`: still leaking after swap, 24 ids leaked → clean, 27 ids leaked");
  t.match(md, "| `clean-1`, `compute-1`, `compute-2` | ok |", "group_by changed no host");
  t.match(md, "| `both-1` | half done |");
  t.match(md, "- Half done: `both-1`");
});

t.test("a plan says what would change, what can't be known, what is right, and each way back", async (t) => {
  const { plan, attention } = recordedAccount("plan");
  t.strictSame(attention, []);
  t.strictSame(plan?.rightAlready, ["clean-1"]);
  const md = report("plan", "md");
  t.match(
    md,
    "- `kmem : Install the kubelet without kmem` on `app-1`, `app-2`, `both-1`; way back: kmend restores the state before",
  );
  t.match(md, /## Can't be known before\n\n- `kmem : Ask kubelet whether it is healthy`/);
  t.notMatch(md, "All items skipped", "a loop whose rounds a condition left out is known");
  t.match(
    md,
    /<details><summary><code>kmem : Lock kubelet<\/code>[\s\S]*```diff\n[\s\S]*\+kubelet-0:1.15.5-0.\*\n```/,
  );
});

t.test("a plan's own word on what can't be known is in every format, with why", async (t) => {
  const { events, add } = madeUpJournal();
  const [command, later] = [madeUpTask(1, "ask"), madeUpTask(2, "follow", "copy")];
  const hosts = ["a", "b", "c"];
  add("run:started", { ...begun, command: "plan", check: true });
  add("play:started", { play: 1, name: "all", place: { file: "site.yml", line: 1, column: 3 }, hosts });
  for (const host of ["a", "b"]) {
    add("prediction:made", { host, task: command, says: "right" });
    add("task:ended", madeUpEnds(command)(host, "skipped", { result: { msg: "Command would have run" } }));
    add("prediction:made", { host, task: later, says: "unknown", why: 'it reads "asked"' });
    add("task:ended", madeUpEnds(later)(host, "skipped"));
  }
  const account = accountOf(events, { isLive: false });
  t.match(account.plan?.unknowable, [{ hosts: ["a", "b"], why: 'it reads "asked"' }]);
  t.equal(account.plan?.unknowable.length, 1, "what it says is known is known");
  t.strictSame(account.plan?.rightAlready, ["c"]);
  t.strictSame(wrongBy(schema, JSON.parse(writtenReport(account, "json"))), []);
  const md = writtenReport(account, "md");
  t.match(md, /## Can't be known before\n\n- `follow` on `a`, `b`: `it reads "asked"`\n/);
  t.match(writtenReport(account, "html"), /follow[\s\S]{0,300}a, b[\s\S]{0,300}it reads &quot;asked&quot;/);
});

t.test("a plan says what users of the hosts will notice, and what can't be undone", async (t) => {
  const { events, add } = madeUpJournal();
  const [stop, ask] = [madeUpTask(2, "stop", "systemd"), madeUpTask(3, "ask")];
  const hosts = ["a", "b"];
  add("run:started", { ...begun, command: "plan", check: true });
  add("play:started", { play: 1, name: "all", place: { file: "site.yml", line: 1, column: 3 }, hosts });
  const none = { kind: "none", reason: "a command" } as const;
  for (const host of ["b", "a"]) {
    add("prediction:made", { host, task: stop, says: "change", ...(host === "a" ? { act: "stops" } : {}) });
    add("task:ended", madeUpEnds(stop)(host, "changed", { wayBack: { kind: "revert" } }));
    add("prediction:made", {
      host,
      task: ask,
      says: "unknown",
      why: "it may",
      act: "reboots",
      wayBack: none,
    });
    add("task:ended", madeUpEnds(ask)(host, "skipped"));
  }
  const account = accountOf(events, { isLive: false });
  t.strictSame(wrongBy(schema, JSON.parse(writtenReport(account, "json"))), []);
  t.strictSame(
    account.plan?.wouldChange.map(({ hosts: on, acts }) => [on, acts]),
    [
      [["a"], ["stops"]],
      [["b"], undefined],
    ],
  );
  const md = writtenReport(account, "md");
  t.match(md, "- `stop` on `b`; way back: ");
  t.match(md, "- `stop`, **stops a service**, on `a`; way back: ");
  t.match(md, "## Without a way back\n\n- `ask` on `a`, `b`; way back: **none**: `a command`\n");
  t.match(md, "- `ask`, **reboots the host**, on `a`, `b`: `it may`; way back: **none**: `a command`\n");
  const page = writtenReport(account, "html");
  t.match(page, /stop[\s\S]{0,200}stops a service/);
  t.match(page, /What would have no way back[\s\S]+?ask[\s\S]+?a command/);
});

t.test("a run that carried out a plan says how its predictions did", async (t) => {
  const { events, add } = madeUpJournal();
  const [task, hosts] = [madeUpTask(1, "write <b>"), ["a", "b"]];
  add("run:started", begun);
  const at = "2026-11-25T00:00:00.000Z";
  const plan = { plan: "20261124-000000-abcde", sum: "0".repeat(64), madeAt: at, validUntil: at };
  add("plan:opened", { ...plan, definite: 3, drift: [] });
  add("play:started", { play: 1, name: "all", place: { file: "site.yml", line: 1, column: 3 }, hosts });
  add("prediction:kept", { host: "a", task, said: "change", happened: "change" });
  add("prediction:broken", { host: "b", task, said: "right", happened: "change" });
  for (const host of hosts) add("change:unforeseen", { host, task: madeUpTask(2, "rescue <i>") });
  const account = accountOf(events, { isLive: false });
  t.strictSame(wrongBy(schema, JSON.parse(writtenReport(account, "json"))), []);
  const md = writtenReport(account, "md");
  t.match(
    md,
    "plan `20261124-000000-abcde`: 3 predictions, 1 kept, 1 broken, 1 not come to; 2 changes not in the plan\n",
  );
  t.match(
    md,
    "## Not in the plan\n\n- `rescue <i>` on `a`, `b`: it changed, and the plan did not speak of it\n",
  );
  t.match(md, /## Broken predictions\n\n- `b` at `write <b>`: the plan said "right already", it changed\n/);
  const page = writtenReport(account, "html");
  t.match(page, "20261124-000000-abcde: 3 predictions, 1 kept, 1 broken, 1 not come to");
  t.match(page, "write &lt;b");
  t.match(page, /Not in the plan[\s\S]{0,300}rescue &lt;i&gt;[\s\S]{0,200}a, b/);
  t.match(page, /the plan said &quot;right already&quot;, it changed/);
});

t.test("a rollback says what it took back, and of which run", async (t) => {
  const account = recordedAccount("rollback");
  t.match(account, { kind: "rollback", of: "20261126-203139-0c39c", attention: [] });
  t.equal(account.reverts.length, 8);
  t.match(report("rollback", "md"), "- `kmem : Remove kubepods` on `app-2`");
});

t.test("a host that takes itself back needs a person, on the host itself", async (t) => {
  t.match(recordedAccount("locked-out").attention[0], {
    what: "not confirmed",
    run: /^sh \/var\/lib\/kmend\/.*\/dead-man\.sh confirm$/,
  });
});

t.test("a run without a last word counts by itself, and its change under way is unknown", async (t) => {
  const events = recordedEvents("failed");
  const cut = events.findIndex((event) => event.type === "change:applied");
  const account = accountOf(events.slice(0, cut), { isLive: false });
  t.match(account, { state: "stopped", says: /^It stopped without a last word/ });
  t.match(account.attention, [{ what: "unknown", run: `kmend resume ${account.run}` }]);
  const whole = accountOf(
    events.filter(({ type }) => type !== "run:ended"),
    { isLive: false },
  );
  for (const { host, counts } of recordedAccount("failed").hosts)
    t.strictSame(whole.hosts.find((each) => each.host === host)?.counts, counts, host);
  t.match(accountOf(events.slice(0, cut), { isLive: true }), { state: "running", attention: [] });
});

t.test("what could not be taken back is told with the command that helps", async (t) => {
  const { events, add } = madeUpJournal();
  add("run:started", { ...begun, command: "rollback", of: "20261124-000000-fffff" });
  const hosts = ["it's", "b"];
  add("rollback:started", { scope: "run", hosts, reason: "asked for" });
  const lost = { change: "1", task: madeUpTask(1, "write"), message: "no" };
  add("change:revert-failed", { ...lost, host: "it's", kind: "foreign" });
  add("change:revert-failed", { ...lost, host: "b", kind: "different" });
  add("rollback:ended", { hosts: { "it's": "rollback failed", b: "rolled back, but different" } });
  add("run:ended", { exitCode: 2, recap: {}, seconds: 1, reason: "failed" });
  const account = accountOf(events, { isLive: false });
  t.match(account.attention, [
    {
      what: "rollback failed",
      says: /somebody else has changed it since: no/,
      run: "kmend rollback 20261124-000000-fffff --limit 'it'\\''s' --force",
    },
    { what: "different", run: "kmend rollback 20261124-000000-fffff --limit b" },
  ]);
  const junit = JSON.stringify(xmlAsJson(writtenReport(account, "junit")));
  t.match(junit, '"errors": "2"'.replace(": ", ":"), "JUnit counts them as errors");
});

t.test(
  "what many hosts could not take back is said once, and no rollback is advised where none helps",
  async (t) => {
    const { events, add } = madeUpJournal();
    const hosts = ["node-10", "node-9", "node-2", "node-1", "b"];
    const [touch, copy] = [madeUpTask(1, "touch"), madeUpTask(2, "copy")];
    add("run:started", { ...begun, command: "rollback", of: "20261124-000000-fffff" });
    add("rollback:started", { scope: "run", hosts, reason: "asked for" });
    for (const host of hosts) {
      for (const change of ["1", "2"]) add("change:reverted", { change, host, task: copy });
      const lost = { host, change: "3", message: "no" };
      if (host === "b") add("change:revert-failed", { ...lost, task: touch, kind: "irreversible" });
      else add("change:revert-failed", { ...lost, task: copy, kind: "failed" });
    }
    const failed = { ok: 1, changed: 2, unreachable: 0, failed: 1, skipped: 0, rescued: 0, ignored: 0 };
    add("rollback:ended", {
      hosts: Object.fromEntries(hosts.map((host) => [host, "rollback failed" as const])),
    });
    const recap = Object.fromEntries(hosts.map((host) => [host, failed]));
    add("run:ended", { exitCode: 2, recap, seconds: 1, reason: "failed" });
    const account = accountOf(events, { isLive: false });
    t.equal(account.attention.length, 5, "each host by the change that it lost, and not once more as failed");
    t.strictSame(wrongBy(schema, JSON.parse(writtenReport(account, "json"))), []);
    const md = writtenReport(account, "md");
    t.match(
      md,
      `## Needs a person

- **rollback failed**: \`node-1\`, \`node-2\`, \`node-9\`, \`node-10\` at \`copy\`: \`Taking it back failed: no\`
  - \`kmend rollback 20261124-000000-fffff --limit node-1\`
  - \`kmend rollback 20261124-000000-fffff --limit node-2\`
  - \`kmend rollback 20261124-000000-fffff --limit node-9\`
  - and 1 more like it
- **rollback failed**: \`b\` at \`touch\`: \`It has no way back: no\`

## What was taken back

- \`copy\` on \`b\`, \`node-1\`, \`node-2\`, \`node-9\`, \`node-10\`

## What was not taken back

- \`copy\` (failed) on \`node-1\`, \`node-2\`, \`node-9\`, \`node-10\`
- \`touch\` (irreversible) on \`b\`
`,
    );
    const page = writtenReport(account, "html");
    t.match(page, /on <span class="hosts">b, node-1, node-2, node-9, node-10</);
    t.match(page, /node-1, node-2, node-9, node-10<\/strong>[\s\S]{0,600}and 1 more like it/);
  },
);

t.test(
  "junit: a failed task is a failure, an unreachable host an error, an ignored one passes",
  async (t) => {
    const { events, add } = madeUpJournal();
    const [first, second] = [madeUpTask(1, "one"), madeUpTask(2, "two")];
    add("run:started", begun);
    const ofFirst = madeUpEnds(first, 1500);
    add("task:ended", ofFirst("a", "failed", { ignored: true, result: { msg: "soft" } }));
    add("task:ended", madeUpEnds(second, 1500)("a", "failed", { result: { msg: "hard" } }));
    add("task:ended", ofFirst("b", "unreachable", { result: { msg: "gone" } }));
    add("task:ended", ofFirst("c", "skipped"));
    const junit = xmlAsJson(writtenReport(accountOf(events, { isLive: false }), "junit"));
    t.match(junit, {
      tag: "testsuites",
      at: { tests: "4", failures: "1", errors: "1", skipped: "1" },
      in: [
        {
          at: { name: "a", failures: "1", errors: "0" },
          in: [
            { at: { name: "one", time: "1.500", file: "site.yml", line: "3" }, in: [{ tag: "system-out" }] },
            { in: [{ tag: "failure", at: { message: "hard", type: "failed" }, text: "hard" }] },
          ],
        },
        { in: [{ in: [{ tag: "error", at: { type: "unreachable" } }] }] },
        { in: [{ in: [{ tag: "skipped" }] }] },
      ],
    });
    for (const name of recorded) t.match(xmlAsJson(report(name, "junit")), { tag: "testsuites" }, name);
  },
);

t.test("csv has a row for each host and task", async (t) => {
  const [head, ...rows] = csvRows(report("failed", "csv"));
  t.strictSame(head?.slice(0, 4), ["run", "host", "play", "task"]);
  const { hosts, reverts } = recordedAccount("failed");
  t.equal(rows.length, hosts.flatMap(({ results }) => results).length + reverts.length);
  t.ok(rows.every((row) => row.length === head?.length));
});

t.test("ansible's shape of json is that of its callback", async (t) => {
  const json = JSON.parse(ansibleShape(recordedEvents("failed")));
  t.match(json, { plays: [{}, {}], stats: { "app-2": { failures: 1 } } });
});

t.test("nothing of a hostile host comes alive", async (t) => {
  const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e]/;
  for (const format of ["md", "json", "junit", "csv"] as const)
    t.notMatch(writtenReport(hostile, format), controls, format);

  await t.test("in XML, which stays well formed", async (t) => {
    t.match(xmlAsJson(writtenReport(hostile, "junit")), { at: { failures: "7" } });
  });
  await t.test("in a spreadsheet, where no field is a formula", async (t) => {
    const cells = csvRows(writtenReport(hostile, "csv")).flat();
    t.ok(cells.some((cell) => cell.startsWith("'=cmd")));
    t.strictSame(
      cells.filter((cell) => /^\s*[=+\-@]/.test(cell)),
      [],
    );
  });
  await t.test("in Markdown, where it stands in code that it cannot end", async (t) => {
    const bare = outsideCode(writtenReport(hostile, "md"));
    for (const sign of ["<script", "<img", "<svg", "evil.example", "@everyone", "# heading", "onload"])
      t.notOk(bare.includes(sign), `${sign} is nowhere outside of code`);
    t.match(bare, "## Needs a person");
  });
});

t.test("html is one file that asks for no other", async (t) => {
  for (const name of recorded) {
    const page = report(name, "html");
    t.notMatch(
      page,
      /\s(?:src|srcset|action|style|on\w+)=|url\(|@import|<(?:link|iframe|object|embed|base)\b/i,
      name,
    );
    t.notMatch(page, /href="(?!#)/, `${name} links only to itself`);
    t.ok(page.length < 60_000, `${name}: ${page.length} characters`);
  }
});

t.test("html of 500 hosts is at most a megabyte", async (t) => {
  const sizes = { alike: 0, diffs: 1 } as const;
  for (const [name, spread] of Object.entries(sizes)) {
    const page = writtenReport(accountOf(bigRun(500, spread, name === "diffs"), { isLive: false }), "html");
    const bytes = Buffer.byteLength(page);
    t.ok(bytes <= 1_000_000, `${name}: ${bytes} bytes`);
    t.comment(`${name}: ${bytes} bytes`);
    t.match(page, "node-499", "each host is named");
    t.match(page, /What needs a person/);
  }
});

t.test("markdown has room in a comment, whatever the run", async (t) => {
  const { events, add } = madeUpJournal();
  const ended = madeUpEnds(madeUpTask(1, "write"));
  add("run:started", begun);
  for (let i = 0; i < 500; i += 1)
    add(
      "task:ended",
      ended(`node-${i}`, "changed", {
        diff: [{ beforeHeader: "x", afterHeader: "x", before: "", after: `${"line\n".repeat(100)}${i}\n` }],
      }),
    );
  const md = writtenReport(accountOf(events, { isLive: false }), "md");
  t.ok(md.length < 65_536, `${md.length} characters`);
  t.match(md, /\d+ more diffs have no room here: `kmend show/);
});

/** What is left of Markdown when fences and code spans are taken out as CommonMark reads them. */
function outsideCode(md: string): string {
  const lines: string[] = [];
  let fence: string | null = null;
  for (const line of md.split("\n")) {
    const opens = /^(`{3,})\w*$/.exec(line)?.[1] ?? null;
    if (fence !== null) {
      if (opens !== null && line === opens && opens.length >= fence.length) fence = null;
    } else if (opens !== null) fence = opens;
    else lines.push(line);
  }
  return lines
    .join("\n")
    .replaceAll(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, "CODE")
    .replaceAll(/<code>[^<\n]*<\/code>/g, "CODE");
}
