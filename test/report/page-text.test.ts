/** What stands in the page of a report, read as text; page.test.ts looks at it in a browser. */

import t from "tap";
import type { Events } from "../../src/journal/journal.ts";
import { type Account, writtenReport } from "../../src/report/report.ts";
import { foldHosts, heatMap } from "../../src/report/written/html/heat-map.ts";
import {
  type Add,
  begun,
  madeUpAccount,
  madeUpChange,
  madeUpEnd,
  madeUpEnds,
  madeUpTask,
  recapOf,
  recordedAccount,
} from "./recorded.ts";

const task = madeUpTask(1, "role : write");
const other = madeUpTask(2, "role : check");

const ended = madeUpEnds(task, 10);
const changed = (add: Add, host: string, more: Partial<Events["change:recorded"]> = {}): void => {
  add("change:recorded", madeUpChange(host, host, task, more));
  add("change:applied", { change: more.change ?? host, host });
};
const end = (add: Add, recap: Events["run:ended"]["recap"] = {}, exitCode = 0): void =>
  add("run:ended", madeUpEnd(recap, exitCode));

/** One section of the page, tags included; empty: it has none. */
function part(account: Account, id: string): string {
  return (
    new RegExp(String.raw`<section id="${id}"[\s\S]*?</section>`).exec(writtenReport(account, "html"))?.[0] ??
    ""
  );
}
/** The text of each match, without tags. */
function texts(markup: string, of: RegExp): string[] {
  return [...markup.matchAll(of)].map(([, text = ""]) =>
    text
      .replaceAll(/<[^>]*>/g, " ")
      .replaceAll(/\s+/g, " ")
      .trim(),
  );
}
const rowsOf = (markup: string): string[] => texts(markup, /<tr class="item[^>]*>([\s\S]*?)<\/tr>/g);
const itemsOf = (markup: string): string[] => texts(markup, /<li class="item[^>]*>([\s\S]*?)<\/li>/g);
const searchedBy = (markup: string): string[] =>
  [...markup.matchAll(/ data-o="([^"]*)"/g)].map(([, word = ""]) => word);

t.test("a host or a task cannot end an attribute, in either quotes", async (t) => {
  const account = madeUpAccount((add) => {
    add("task:ended", ended("a", "failed", { task: madeUpTask(1, `"x' <b>\u0007`) }));
    end(add);
  });
  t.match(writtenReport(account, "html"), '<span title="&quot;x&#39; &lt;b&gt;\\x07">');
});

t.test("its policy lets no form and no base be slipped in", async (t) => {
  const [, policy = ""] =
    /Content-Security-Policy" content="([^"]*)"/.exec(writtenReport(madeUpAccount(end), "html")) ?? [];
  const rules = policy.replaceAll("&#39;", "'").split("; ");
  t.strictSame(
    rules.map((rule) => rule.replace(/sha256-[\w+/=]{44}/, "SUM")),
    ["default-src 'none'", "style-src 'SUM'", "script-src 'SUM'", "base-uri 'none'", "form-action 'none'"],
  );
});

t.test("the map shows the worst of each task on each host, and what became of it", async (t) => {
  const account = madeUpAccount((add) => {
    add("task:ended", ended("a", "failed", { rescued: true, ignored: true }));
    add("task:ended", ended("a", "ok"));
    add("task:ended", ended("b", "failed", { rescued: true }));
    add("task:ended", ended("c", "changed"));
    add("change:reverted", { change: "1", host: "c", task });
    add("task:ended", ended("d", "changed"));
    add("change:revert-failed", { change: "2", host: "d", task, kind: "failed", message: "no" });
    add("task:ended", ended("e", "unreachable"));
    add("task:ended", ended("f", "ok"));
    add("task:ended", ended("g", "failed", { task: other }));
    add("task:ended", ended("f", "skipped", { task: madeUpTask(3, "role : skipped by all") }));
    add("task:ended", ended("f", "changed", { task: { ...madeUpTask(4, "role : undo"), kind: "rollback" } }));
    end(add, { e: recapOf({ unreachable: 1 }), g: recapOf({ failed: 1 }) }, 2);
  });
  const map = part(account, "map");
  t.strictSame(
    texts(map, /<th scope="col">([\s\S]*?)<\/th>/g),
    ["write", "check"],
    "the role's name is left out",
  );
  t.strictSame(rowsOf(map), [
    "a ok I",
    "b ok R",
    "c ok B",
    "d ok N",
    "e unreachable U",
    "f ok ·",
    "g failed F",
  ]);
  t.strictSame(searchedBy(map), [
    "ignored ok",
    "rescued ok",
    "back ok",
    "not-back ok",
    "unreachable unreachable",
    "ok skipped ok",
    "failed failed",
  ]);
  t.match(map, '<p class="soft">1 tasks are left out: every host skipped them.</p>');
  t.strictSame(texts(map, /<li>([\s\S]*?)<\/li>/g), [
    "F failed",
    "U unreachable",
    "N not taken back",
    "B taken back",
    "R rescued",
    "I failed, ignored",
    "· ok",
  ]);
});

t.test(
  "where the page would be too large, the map leaves out what changed nothing and lost nobody",
  async (t) => {
    const account = madeUpAccount((add) => {
      for (const [i, outcome] of (["ok", "skipped", "changed", "failed"] as const).entries())
        add("task:ended", ended("a", outcome, { task: madeUpTask(i, outcome) }));
      end(add);
    });
    const map = heatMap(account, foldHosts(account), false)?.text ?? "";
    t.strictSame(texts(map, /<th scope="col">([\s\S]*?)<\/th>/g), ["changed", "failed"]);
    t.match(map, "2 tasks are left out: they changed nothing, and none failed.");
  },
);

t.test("roles that differ are named whole", async (t) => {
  const account = madeUpAccount((add) => {
    add("task:ended", ended("a", "ok"));
    add("task:ended", ended("a", "ok", { task: madeUpTask(2, "own : check") }));
    end(add);
  });
  t.strictSame(texts(part(account, "map"), /<th scope="col">([\s\S]*?)<\/th>/g), [
    "role : write",
    "own : check",
  ]);
});

t.test("up to twelve hosts stand one by one, more are folded, those in trouble first", async (t) => {
  const of = (count: number): Account =>
    madeUpAccount((add) => {
      for (let i = 1; i <= count; i += 1) add("task:ended", ended(`n-${i}`, i === count ? "failed" : "ok"));
      end(
        add,
        Object.fromEntries(
          Array.from({ length: count }, (_, i) => [
            `n-${i + 1}`,
            recapOf({ [i === count - 1 ? "failed" : "ok"]: 1 }),
          ]),
        ),
        2,
      );
    });
  t.equal(rowsOf(part(of(12), "map")).length, 12);
  t.equal(rowsOf(part(of(12), "recap")).length, 12);
  const folded = rowsOf(part(of(13), "map"));
  t.strictSame(
    folded.map((row) => row.replace(/n-1, .*n-12/, "…")),
    ["n-13 failed F", "… ok ·"],
  );
  t.notMatch(part(of(13), "map"), "12 hosts", "twelve names stand there");
  t.match(part(of(14), "map"), "<summary>13 hosts</summary>");
  t.strictSame(rowsOf(part(of(13), "recap"))[0], "n-13 failed 0 0 0 1 0 0 0");
});

t.test("the recap has each count below its name", async (t) => {
  const account = madeUpAccount((add) => {
    add("task:ended", ended("a", "ok"));
    end(add, { a: { ok: 1, changed: 2, unreachable: 3, failed: 4, skipped: 5, rescued: 6, ignored: 7 } });
  });
  t.strictSame(texts(part(account, "recap"), /<th scope="col">([\s\S]*?)<\/th>/g), [
    "Host",
    "End",
    "ok",
    "changed",
    "unreachable",
    "failed",
    "skipped",
    "rescued",
    "ignored",
  ]);
  t.strictSame(rowsOf(part(account, "recap")), ["a unreachable 1 2 3 4 5 6 7"]);
});

t.test("the head says how all ended, trouble first, and is red where a person is needed", async (t) => {
  const toneOf = (account: Account): string | undefined =>
    /<p class="verdict (\w+)">/.exec(writtenReport(account, "html"))?.[1];
  const lost = madeUpAccount((add) => {
    changed(add, "a");
    add("task:ended", ended("a", "changed"));
    add("task:ended", ended("b", "failed"));
    end(add, { a: recapOf({ changed: 1 }), b: recapOf({ failed: 1 }), c: recapOf({ unreachable: 1 }) }, 2);
  });
  t.equal(toneOf(lost), "bad");
  t.match(
    writtenReport(lost, "html"),
    '<span class="badge bad">1 failed</span> <span class="badge lost">1 unreachable</span> <span class="badge change">1 changed</span>',
  );
  t.equal(toneOf(madeUpAccount(end)), "ok");
  t.equal(toneOf(madeUpAccount(() => {})), "warn", "it has no last word");
  const plan = madeUpAccount(
    (add) => {
      add("task:ended", ended("a", "failed"));
      end(add, { a: recapOf({ failed: 1 }) }, 2);
    },
    { command: "plan", check: true },
  );
  t.equal(toneOf(plan), "bad");
  const back = madeUpAccount((add) => {
    add("rollback:ended", { hosts: { a: "rolled back", b: "rolled back, but different" } });
    end(add);
  });
  t.match(
    writtenReport(back, "html"),
    '<span class="badge bad">1 rolled back, but different</span> <span class="badge back">1 rolled back</span>',
  );
});

t.test("a plan's map has a plan's words", async (t) => {
  const account = madeUpAccount(
    (add) => {
      add("task:ended", ended("a", "changed", { wayBack: { kind: "none", reason: "a command" } }));
      add("task:ended", ended("b", "failed"));
      add("task:ended", ended("c", "skipped", { result: { msg: "Command would have run" } }));
      end(add, { b: recapOf({ failed: 1 }) }, 2);
    },
    { command: "plan", check: true },
  );
  t.strictSame(texts(part(account, "map"), /<li>([\s\S]*?)<\/li>/g), [
    "F would fail",
    "C would change",
    "? can&#39;t be known",
  ]);
  t.strictSame(rowsOf(part(account, "map")), ["a would change C", "b would fail F", "c not known ?"]);
  t.match(itemsOf(part(account, "no-way-back")), [/role : write .* no way back a command$/]);
  t.match(itemsOf(part(account, "fail")), [/^would fail b at role : write .* no message$/]);
});

t.test(
  "changes: what stands, what is unknown, what has no way back, each found by its outcome",
  async (t) => {
    const account = madeUpAccount((add) => {
      changed(add, "a");
      add("change:recorded", madeUpChange("2", "b", other));
      changed(add, "c", {
        task: madeUpTask(3, "role : no way"),
        wayBack: { kind: "none", reason: "a command" },
      });
      end(add);
    });
    const section = part(account, "changed");
    t.strictSame(searchedBy(section), ["changed", "unknown", "changed"]);
    t.match(itemsOf(part(account, "no-way-back")), [/^role : no way .* on c no way back a command$/]);
    t.strictSame(searchedBy(part(account, "attention")), ["unknown"]);
  },
);

t.test("a rollback says what it took back, over whose work, and what it could not", async (t) => {
  const account = madeUpAccount(
    (add) => {
      add("rollback:started", { scope: "run", hosts: ["a", "b"], reason: "asked for" });
      add("change:reverted", { change: "1", host: "a", task, kept: "mode 0600" });
      add("change:revert-failed", { change: "2", host: "b", task, kind: "foreign", message: "no" });
      end(add, {}, 2);
    },
    { command: "rollback", of: "20261124-000000-fffff" },
  );
  const section = part(account, "back");
  t.match(section, "<p>Of the run: asked for</p>");
  t.match(itemsOf(section), [
    /taken back on a Over somebody else's work: mode 0600$/,
    /not taken back: foreign on b$/,
  ]);
  t.strictSame(searchedBy(section), ["back", "not-back"]);
});

t.test("what was gone on with, what was said, warned of, and left: each has its part", async (t) => {
  const account = madeUpAccount((add) => {
    const say = madeUpTask(3, "role : say", "debug");
    add("task:ended", ended("a", "failed", { ignored: true, result: { msg: "soft" } }));
    add("task:ended", ended("b", "failed", { rescued: true, result: { msg: "saved" } }));
    add("task:ended", ended("c", "failed", { result: { msg: "hard" } }));
    add("task:ended", ended("a", "ok", { task: say, result: { msg: "hello" } }));
    for (const text of ["old", "old", "older"]) add("message:said", { level: "warning", text });
    add("run:cut-short", {
      run: begun.run,
      reason: "failed",
      done: [],
      halfDone: ["a"],
      untouched: ["z"],
      goOn: "retry",
    });
    end(add, { c: recapOf({ failed: 1 }) }, 2);
  });
  t.match(itemsOf(part(account, "gone-on")), [
    /^ignored role : write .* on a soft$/,
    /^rescued .* on b saved$/,
  ]);
  t.match(itemsOf(part(account, "said")), [/^role : say .* on a hello$/]);
  t.equal(itemsOf(part(account, "said")).length, 1, "a failure's message is told elsewhere");
  t.strictSame(texts(part(account, "warnings"), /<li class="says">([\s\S]*?)<\/li>/g), ["old", "older"]);
  t.strictSame(itemsOf(part(account, "left")), ["half done a", "untouched z"]);
  t.match(part(account, "left"), `<code class="run">kmend resume ${begun.run} --retry-failed</code>`);
});

t.test(
  "a diff: its signs coloured, its head not, cut where it is long, left out where there is no room",
  async (t) => {
    const diff = (after: string) => [{ beforeHeader: "x", afterHeader: "x", before: "old\n", after }];
    const of = (after: (host: string) => string, hosts: readonly string[]): string =>
      part(
        madeUpAccount((add) => {
          for (const host of hosts) {
            changed(add, host);
            add("task:ended", ended(host, "changed", { diff: diff(after(host)) }));
          }
          end(add);
        }),
        "changed",
      );
    t.match(
      of(() => "new\n", ["a"]),
      '<summary>Diff on a</summary><pre tabindex="0">--- x\n+++ x\n@@ -1,1 +1,1 @@\n<span class=m>-old</span>\n<span class=p>+new</span></pre>',
    );
    const two = of((host) => (host === "c" ? "third\n" : "new\n"), ["a", "b", "c"]);
    t.match(two, '<summary>Diff on 2 hosts</summary><p class="soft">a, b</p>');
    t.notMatch(
      of(() => "new\n", ["a", "b"]),
      '<p class="soft">a, b</p>',
      "the entry names them already",
    );
    const long = of(() => `${"y".repeat(20_000)}\n`, ["a"]);
    t.match(long, `\n… cut; whole: kmend show ${begun.run} --diff`);
    const delegated = madeUpAccount((add) => {
      changed(add, "elsewhere", { for: "a" });
      add("task:ended", ended("a", "changed", { delegate: "elsewhere", diff: diff("new\n") }));
      end(add);
    });
    t.match(
      part(delegated, "changed"),
      "<summary>Diff on a</summary>",
      "it is its task's, wherever that was done",
    );
    const hosts = Array.from({ length: 40 }, (_, i) => `n-${i}`);
    const shelf = of((host) => `${host}${"y".repeat(15_000)}\n`, hosts);
    t.ok(shelf.length < 450_000, `${shelf.length}`);
    t.match(shelf, /\d+ diffs have no room here: <code>kmend show/);
  },
);

t.test("the leak: before and after in one order of verdicts, each host by both readings", async (t) => {
  const mended = recordedAccount("mended");
  const at = (second: number): string => `2026-11-25T00:00:0${second}.000Z`;
  const reading = { switchedOnBy: "kubelet", isAtLeast: false, idsLeft: null };
  const leak: Account["leak"] = [
    {
      host: "a",
      readings: [
        { ...reading, at: at(0), verdict: "leaking", kmemIds: 10 },
        { ...reading, at: at(2), verdict: "clean", kmemIds: 20 },
      ],
    },
    { host: "b", readings: [{ ...reading, at: at(0), verdict: "not-affected", kmemIds: 0 }] },
    { host: "c", readings: [{ ...reading, at: at(0), verdict: "leaking", kmemIds: 1 }] },
  ];
  const section = part({ ...mended, leak }, "leak");
  t.match(section, 'aria-label="Before: 2 leaking, 1 not affected"');
  t.match(section, 'aria-label="After: 1 leaking, 1 clean, 1 not affected"');
  t.match(
    section,
    '<rect class="bad" x="0.0" y="0" width="398.0" height="24" rx="3"/><rect class="back" x="400.0"',
  );
  t.match(section, '<span class="badge ok">1 clean</span>');
  t.strictSame(searchedBy(section), ["ok", "ok", "leaking"]);
  t.strictSame(rowsOf(section), [
    "a leaking 10 ids clean 20 ids",
    "b not affected 0 ids not affected 0 ids one reading",
    "c leaking 1 ids leaking 1 ids one reading",
  ]);
  t.match(section, '<path d="M4.0 12.5L156.0 4.0"/>', "more ids stand higher");
  const planned = part({ ...mended, leak, kind: "plan" }, "leak");
  t.match(planned, 'aria-label="Now: 2 leaking, 1 not affected"');
  t.notMatch(planned, "After");
  const many = Array.from({ length: 41 }, (_, i) => ({ host: `n-${i}`, readings: leak[1]?.readings ?? [] }));
  t.match(part({ ...mended, leak: many }, "leak"), "<summary>Each of 41 hosts</summary>");
  t.notMatch(part({ ...mended, leak: many.slice(1) }, "leak"), "<summary>Each of");
});

t.test("the timeline: when each host was at work, the worst on top, and how batches went", async (t) => {
  const account = madeUpAccount((add) => {
    for (const batch of [1, 2]) add("batch:started", { play: 1, batch, of: 2, hosts: ["a"] });
    add("gate:ended", { play: 1, batch: 1, held: true });
    add("gate:ended", { play: 1, batch: 2, held: false });
    add("task:ended", ended("a", "failed", { durationMs: 10 }));
    add("task:ended", ended("a", "ok", { durationMs: 10 }));
    add("task:ended", ended("b", "skipped", { durationMs: 40 }));
    add("change:revert-failed", { change: "1", host: "c", task, kind: "failed", message: "no" });
    add("change:reverted", { change: "2", host: "d", task });
    end(add, { a: recapOf({ failed: 1 }), c: recapOf(), d: recapOf() }, 2);
  });
  const time = part(account, "time");
  // The journal's 11 events are 10 ms apart: 100 ms are 1000 steps.
  t.match(time, '<path class="ok" d="M500 8h101"/><path class="bad" d="M400 8h101"/></svg>');
  t.match(time, 'aria-label="a: at work from 0 s to 0.1 s; failed"');
  t.match(time, 'aria-label="b: nothing was done; ok"');
  t.match(time, '<path class="bad" d="M800 8h1"/>');
  t.match(time, '<path class="back" d="M900 8h1"/>');
  t.match(time, "2 batches");
  t.match(time, "batch 1 of 2 of , 1 host; its gate held");
  t.match(time, "batch 2 of 2 of , 1 host; its gate did not hold");
  const gaps = madeUpAccount((add) => {
    add("task:ended", ended("a", "ok", { durationMs: 0 }));
    for (let i = 0; i < 97; i += 1) add("message:said", { level: "info", text: "" });
    add("task:ended", ended("a", "ok", { durationMs: 0 }));
    end(add);
  });
  t.match(part(gaps, "time"), 'd="M10 8h1M990 8h1"');
  const near = madeUpAccount((add) => {
    add("task:ended", ended("a", "ok", { durationMs: 0 }));
    add("message:said", { level: "info", text: "" });
    add("task:ended", ended("a", "ok", { durationMs: 0 }));
    for (let i = 0; i < 600; i += 1) add("message:said", { level: "info", text: "" });
  });
  t.match(part(near, "time"), 'd="M1 8h4"', "what no eye can part is one");
});

t.test("a run whose last task ends with it stays within the picture", async (t) => {
  const account = madeUpAccount((add) => add("task:ended", ended("a", "ok", { durationMs: 10 })));
  t.match(part(account, "time"), '<path class="ok" d="M0 8h1000"/>');
});
