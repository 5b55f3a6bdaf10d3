/** What each format of reports makes of a run, beyond the recorded ones: fields, escapes, what is folded and what is cut. */

import t from "tap";
import type { Events } from "../../src/journal/journal.ts";
import { type Account, writtenReport } from "../../src/report/report.ts";
import { clockWords, durationWords } from "../../src/report/written/times.ts";
import { wayBackWords } from "../../src/report/written/way-back-words.ts";
import { csvRows, xmlAsJson } from "./read-back.ts";
import {
  type Add,
  begun,
  madeUpAccount,
  madeUpChange,
  madeUpEnd,
  madeUpEnds,
  madeUpTask,
  recapOf,
} from "./recorded.ts";

const task = madeUpTask(1, "write");
const other = madeUpTask(2, "check");
const place = { file: "site.yml", line: 1, column: 3 };
const run = begun.run;

function made(fill: (add: Add) => void, head: Partial<Events["run:started"]> = {}): Account {
  return madeUpAccount((add) => {
    add("play:started", { play: 1, name: "all of it", place, hosts: [] });
    fill(add);
  }, head);
}
const ended = madeUpEnds(task, 1500);
const changed = (
  add: Add,
  change: string,
  host: string,
  more: Partial<Events["change:recorded"]> = {},
): void => {
  add("change:recorded", madeUpChange(change, host, task, more));
  add("change:applied", { change, host });
};
const end = (add: Add, recap: Events["run:ended"]["recap"] = {}, exitCode = 0): void =>
  add("run:ended", madeUpEnd(recap, exitCode));

t.test("csv: each field in its column, and texts as they are", async (t) => {
  const text = 'two\r\nlines, "quoted" and a tab\t';
  const account = made((add) => {
    add("task:ended", ended("a", "failed", { ignored: true, result: { msg: text } }));
    add("task:ended", ended("a", "failed", { rescued: true, result: { msg: " =1+1" } }));
    add("task:ended", ended("a", "failed", { result: { msg: "＝1+1" } }));
    add("task:ended", ended("a", "changed", { wayBack: { kind: "revert" } }));
    changed(add, "1", "a");
    add("change:reverted", { change: "1", host: "a", task });
    add("change:revert-failed", { change: "2", host: "b", task: other, kind: "foreign", message: "no" });
  });
  const csv = writtenReport(account, "csv");
  const rows = csvRows(csv);
  const cells = (column: string): (string | undefined)[] =>
    rows.slice(1).map((row) => row[rows[0]?.indexOf(column) ?? -1]);
  t.strictSame(cells("outcome"), [
    "failed",
    "failed",
    "failed",
    "changed",
    "reverted",
    "not reverted (foreign)",
  ]);
  t.strictSame(cells("ignored"), ["true", "false", "false", "false", "false", "false"]);
  t.strictSame(cells("rescued"), ["false", "true", "false", "false", "false", "false"]);
  t.strictSame(cells("message"), [text.replace("\r", "\\x0d"), "' =1+1", "'＝1+1", "", "", "no"]);
  t.strictSame(cells("seconds"), ["1.5", "1.5", "1.5", "1.5", "", ""]);
  t.strictSame(cells("way_back"), ["", "", "", "kmend restores the state before", "", ""]);
  t.strictSame(
    cells("play"),
    Array.from({ length: 6 }, () => "all of it"),
  );
  t.strictSame(cells("place"), [...Array.from({ length: 5 }, () => "site.yml:3:5"), "site.yml:4:5"]);
  t.ok(csv.endsWith("\r\n"));
});

t.test(
  "csv: what a reader of it might take for the end of a field or of a row, or cut off, is quoted",
  async (t) => {
    const texts = ["one\ntwo", " x", "x ", "a\tb", "a,b", "a;b"];
    const account = made((add) => {
      for (const msg of texts) add("task:ended", ended("a", "failed", { result: { msg } }));
    });
    const csv = writtenReport(account, "csv");
    for (const text of texts) t.match(csv, `,"${text}"\r\n`);
    t.equal(csvRows(csv).length, 1 + texts.length);
  },
);

t.test("junit: what was rescued, ignored, taken back or never begun", async (t) => {
  const item = { host: "a", task: other, item: 1, index: 0, outcome: "failed", ignored: false } as const;
  const account = made((add) => {
    add("task:ended", ended("a", "failed", { ignored: true, result: { msg: "soft" } }));
    add("task:ended", ended("a", "failed", { rescued: true, result: { msg: "saved" } }));
    add("task:ended", ended("a", "skipped", { result: { msg: "Command would have run\nif not" } }));
    add("item:ended", { ...item, label: "one", result: { msg: "no" } });
    add("task:ended", ended("a", "failed", { task: other, result: { msg: 'a\tb\n"c" \uffff' } }));
    add("change:revert-failed", { change: "1", host: "b", task, kind: "failed", message: "no way\nat all" });
    add("change:reverted", { change: "2", host: "b", task: other });
    end(add, { a: recapOf({ failed: 1 }), b: recapOf(), c: recapOf({ unreachable: 1 }), d: recapOf() }, 2);
  });
  const junit = writtenReport(account, "junit");
  t.match(junit, 'message="a&#9;b" type="failed"');
  t.match(junit, 'timestamp="2026-11-25T00:00:00"');
  const [a, b, c, d] = xmlAsJson(junit).in;
  t.strictSame(xmlAsJson(junit).at["tests"], "7");
  t.match(a, { at: { name: "a", tests: "4", failures: "1", errors: "0", skipped: "1", time: "6.000" } });
  t.strictSame(
    a?.in.map((each) => each.in.map(({ tag, text }) => [tag, text])),
    [
      [["system-out", "failed, and ignored: soft"]],
      [["system-out", "failed, and rescued: saved"]],
      [["skipped", ""]],
      [["failure", 'a\tb\n"c" \ufffd\none: no']],
    ],
  );
  t.equal(a?.in[2]?.in[0]?.at["message"], "Command would have run");
  t.match(b, {
    at: { tests: "2", failures: "0", errors: "1" },
    in: [
      {
        at: { name: "taken back: write", classname: "all of it" },
        in: [{ tag: "error", at: { message: "no way", type: "failed" }, text: "no way\nat all" }],
      },
      { at: { name: "taken back: check" }, in: [] },
    ],
  });
  t.match(c, {
    at: { tests: "1", errors: "1" },
    in: [{ at: { name: "reach the host" }, in: [{ tag: "error" }] }],
  });
  t.match(d, { at: { tests: "0", errors: "0" }, in: [] });
  const names = made((add) => add("task:ended", ended("a", "ok", { task: madeUpTask(1, "one\ntwo") })));
  t.equal(xmlAsJson(writtenReport(names, "junit")).in[0]?.in[0]?.at["name"], "one\ntwo");
});

t.test("json: what JSON leaves bare of control characters is escaped", async (t) => {
  const account = made((add) =>
    add("task:ended", ended("a", "failed", { result: { msg: "x\u202e\u009b" } })),
  );
  const json = writtenReport(account, "json");
  t.match(json, "x\\u202e\\u009b");
  t.match(JSON.parse(json), { hosts: [{ results: [{ message: "x\u202e\u009b" }] }] });
});

t.test(
  "markdown: what changed, with its way back, what has none, and what is said to change nothing",
  async (t) => {
    const account = made((add) => {
      for (const [i, host] of ["node-10", "node-9"].entries()) changed(add, `${i}`, host);
      add("task:ended", ended("node-9", "changed"));
      changed(add, "no way", "a", { task: other, wayBack: { kind: "none", reason: "a `command`" } });
      changed(add, "said", "b", { task: madeUpTask(3, "look"), wayBack: { kind: "none", reason: "a look" } });
      add("task:ended", ended("b", "ok", { task: madeUpTask(3, "look") }));
      const noneNeeded = { kind: "tasks", tasks: [] } as const;
      add("change:recorded", madeUpChange("failed", "c", madeUpTask(3, "look"), { wayBack: noneNeeded }));
      add("change:failed", { change: "failed", host: "c", message: "no" });
      add("task:ended", ended("c", "ok", { task: madeUpTask(3, "look") }));
      changed(add, "undo", "a", { task: { ...madeUpTask(4, "undo"), kind: "rollback" } });
      changed(add, "passing", "a", {
        task: madeUpTask(5, "wait"),
        wayBack: { kind: "none", reason: "*x*", isPassing: true },
      });
      add("change:reverted", { change: "0", host: "node-10", task });
      end(add);
    });
    const md = writtenReport(account, "md");
    t.match(
      md,
      [
        "## What changed\n",
        "- `write` on `node-9`; way back: kmend restores the state before",
        "- `check` on `a`; way back: **none**: `` a `command` ``",
        "- `look` (failed) on `c`; way back: none needed, says the playbook",
        "- `wait` on `a`; way back: `none: *x*`\n",
        "## What was taken back\n",
        "- `write` on `node-10`; way back: kmend restores the state before\n",
        "## What has no way back\n",
        "- `check` on `a`; way back: **none**: `` a `command` ``\n",
      ].join("\n"),
    );
    t.match(md, "<summary>1 command said by the playbook to change nothing</summary>\n\n- `look` on `b`");
  },
);

t.test("markdown: the same task with two ways back is told twice", async (t) => {
  const account = made((add) => {
    changed(add, "1", "a");
    changed(add, "2", "b", { wayBack: { kind: "none", reason: "a command" } });
    changed(add, "3", "c");
    end(add);
  });
  t.match(
    writtenReport(account, "md"),
    "- `write` on `a`, `c`; way back: kmend restores the state before\n- `write` on `b`; way back: **none**: `a command`\n",
  );
});

t.test("markdown: hosts in people's order, of many the first ten", async (t) => {
  const on = (count: number): string => {
    const account = made((add) => {
      for (let i = count; i > 0; i -= 1) changed(add, `${i}`, `n-${i}`);
      end(add);
    });
    return /on (.*); way back/.exec(writtenReport(account, "md"))?.[1] ?? "";
  };
  const names = (count: number): string =>
    Array.from({ length: count }, (_, i) => `\`n-${i + 1}\``).join(", ");
  t.equal(on(12), names(12));
  t.equal(on(13), `${names(10)} and 3 more`);
});

t.test("markdown: a diff is cut where it is long, and no fence of its own ends it", async (t) => {
  const diff = (after: string) => [{ beforeHeader: "x", afterHeader: "x", before: "", after }];
  const account = made((add) => {
    add("task:ended", ended("a", "changed", { diff: diff("```\n````\n") }));
    for (const host of ["b", "c", "d", "e"])
      add("task:ended", ended(host, "changed", { diff: diff("same\n") }));
    add("task:ended", ended("long", "changed", { diff: diff(`${"y".repeat(6000)}z\n`) }));
  });
  const md = writtenReport(account, "md");
  t.match(md, /\n`{5}diff\n[\s\S]*?\+```\n\+````\n`{5}\n/);
  t.match(md, "<code>write</code> on b, c, d, e</summary>");
  t.match(md, /yyy\n… cut\n```/);
  t.notMatch(md, "yz");
});

t.test(
  "markdown: a host's name ends no cell of the table, and a span begins with no backtick of its own",
  async (t) => {
    const account = made((add) => {
      add("task:ended", ended("a|b`c", "failed", { result: { msg: "`x`" } }));
      end(add, { "a|b`c": recapOf({ failed: 1 }) }, 2);
    });
    const md = writtenReport(account, "md");
    t.match(md, "| `a%7cb%60c` | failed | 0 | 0 | 0 | 1 |");
    t.match(md, "`` `x` ``");
  },
);

t.test(
  "markdown: how often it was gone on with, what is left, what a rollback could not take back",
  async (t) => {
    const on: Events["run:resumed"] = { kmend: "1", options: {}, hadEnded: true, limit: null };
    const account = made((add) => {
      add("run:resumed", on);
      add("run:cut-short", {
        run,
        reason: "failed",
        done: [],
        halfDone: [],
        untouched: ["z"],
        goOn: "retry",
      });
      add("change:revert-failed", { change: "1", host: "a", task, kind: "foreign", message: "no" });
    });
    const md = writtenReport(account, "md");
    t.match(md, "gone on with once\n");
    t.match(md, "## Left to do\n\n- Untouched: `z`\n");
    t.notMatch(md, "What was taken back", "of a run, its own changes tell it");
    const back = made(
      (add) => {
        for (const host of ["a", "b"])
          add("change:revert-failed", { change: host, host, task, kind: "foreign", message: "no" });
        add("change:reverted", { change: "c", host: "c", task });
      },
      { command: "rollback", of: "20261124-000000-fffff" },
    );
    t.match(
      writtenReport(back, "md"),
      "## What was taken back\n\n- `write` on `c`\n\n## What was not taken back\n\n- `write` (foreign) on `a`, `b`\n",
    );
  },
);

t.test(
  "markdown: a plan's changes without a way back stand apart, and so do those that differ in it",
  async (t) => {
    const account = made(
      (add) => {
        add("task:ended", ended("a", "changed", { wayBack: { kind: "revert" } }));
        add("task:ended", ended("b", "changed", { wayBack: { kind: "none", reason: "a command" } }));
        end(add);
      },
      { command: "plan", check: true },
    );
    t.match(
      writtenReport(account, "md"),
      `## Would change

- \`write\` on \`a\`; way back: kmend restores the state before
- \`write\` on \`b\`; way back: **none**: \`a command\`

## Without a way back

- \`write\` on \`b\`; way back: **none**: \`a command\`
`,
    );
  },
);

t.test(
  "a leak is told by its first reading and its last, and an older kmend's verdict is no markup",
  async (t) => {
    const account = made((add) => end(add));
    const reading = {
      at: "2026-11-25T00:00:00.000Z",
      switchedOnBy: "kubelet",
      isAtLeast: true,
      idsLeft: null,
    };
    const leak: Account["leak"] = [
      { host: "a", readings: [{ ...reading, verdict: "still-leaking<b>_x", kmemIds: null }] },
      {
        host: "b",
        readings: [
          { ...reading, verdict: "leaking", kmemIds: 12 },
          { ...reading, verdict: "leaking", kmemIds: 13 },
          { ...reading, verdict: "clean", kmemIds: 0 },
        ],
      },
    ];
    t.match(
      writtenReport({ ...account, leak }, "md"),
      `## The kmem leak

- \`a\`: still leaking b x, an unknown number of ids leaked
- \`b\`: leaking, at least 12 ids leaked → clean, 0 ids leaked
`,
    );
    t.match(
      writtenReport({ ...account, leak, kind: "plan" }, "md"),
      "- `b`: leaking, at least 12 ids leaked\n",
      "a dry run mends nothing",
    );
  },
);

t.test("times and ways back, as people say them", async (t) => {
  t.strictSame([-5, 4230, 59_940, 60_000, 119_900, 3_599_000, 3_600_000, 3_725_000].map(durationWords), [
    "0 s",
    "4.2 s",
    "59.9 s",
    "1 min 0 s",
    "1 min 59 s",
    "59 min 59 s",
    "1 h 00 min",
    "1 h 02 min",
  ]);
  t.strictSame(["2026-11-26T20:31:24.603Z", "2026-11-26T20:31:24Z"].map(clockWords), [
    "2026-11-26 20:31:24 UTC",
    "2026-11-26 20:31:24 UTC",
  ]);
  const undo = { name: "undo", module: "command", args: {}, become: null, place };
  t.strictSame(wayBackWords({ kind: "tasks", tasks: [undo, { ...undo, name: "more", masked: true }] }), {
    kind: "tasks",
    says: "the playbook's rollback: undo, more (by on_failure only: they hold a secret)",
  });
});
