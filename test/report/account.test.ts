/** What a run came to, as every report and the summary file tell it: who was lost at what, what a person does next. */

import t from "tap";
import type { Events } from "../../src/journal/journal.ts";
import { runSummary } from "../../src/report/report.ts";
import { endWords } from "../../src/report/written/end-words.ts";
import {
  type Add,
  begun,
  madeUpAccount,
  madeUpChange,
  madeUpEnd,
  madeUpEnds,
  madeUpJournal,
  madeUpTask,
  recapOf,
} from "./recorded.ts";

const task = madeUpTask(1, "write");
const other = madeUpTask(2, "check");
const place = { file: "site.yml", line: 1, column: 3 };

type Ended = Events["task:ended"];
const ended = madeUpEnds(task);
const recorded = (change: string, more: Partial<Events["change:recorded"]> = {}) =>
  madeUpChange(change, "a", task, more);
const failed = (host: string, msg: string, more: Partial<Ended> = {}): Ended =>
  ended(host, "failed", { result: { msg }, ...more });

const end = (add: Add, recap: Events["run:ended"]["recap"], exitCode = 2): void =>
  add("run:ended", madeUpEnd(recap, exitCode));

t.test("a host needs a person for its last failure that counts, with the command that goes on", async (t) => {
  const lose = (goOn: Events["run:cut-short"]["goOn"]) =>
    madeUpAccount((add) => {
      add("task:ended", failed("a", "the reason"));
      add("task:ended", failed("a", "soft", { ignored: true, task: other }));
      add("task:ended", failed("a", "saved", { rescued: true, task: other }));
      add("task:ended", ended("b", "unreachable", { result: { msg: "gone" } }));
      add("run:cut-short", { run: begun.run, reason: "failed", done: [], halfDone: [], untouched: [], goOn });
      end(add, { a: recapOf({ failed: 1 }), b: recapOf({ unreachable: 1 }), c: recapOf({ unreachable: 1 }) });
    });
  const run = begun.run;
  t.strictSame(lose("retry").attention, [
    { host: "a", what: "failed", says: "the reason", task: 0, run: `kmend resume ${run} --retry-failed` },
    {
      host: "b",
      what: "unreachable",
      says: "gone",
      task: 0,
      run: `kmend resume ${run} --limit @unreachable`,
    },
    {
      host: "c",
      what: "unreachable",
      says: "It could not be reached any more",
      run: `kmend resume ${run} --limit @unreachable`,
    },
  ]);
  t.equal(lose("anew").attention[0]?.run, `kmend show ${run}`, "hosts that were taken back begin anew");
  t.match(lose("retry").says, /^3 of 3 hosts need a person\. Exit code 2: some host failed\.$/);
});

t.test("a host that is lost in two ways is one host", async (t) => {
  const account = madeUpAccount((add) => {
    add("change:revert-failed", {
      change: "1",
      host: "a",
      task,
      kind: "failed",
      message: "no",
      hint: "look",
    });
    add("task:ended", failed("a", "no"));
    end(add, { a: recapOf({ failed: 1 }), b: recapOf() });
  });
  t.equal(account.attention.length, 2);
  t.equal(account.attention[0]?.says, "Taking it back failed: no: look");
  t.match(account.says, /^1 of 2 hosts needs a person/);
});

t.test("a host that was taken back, but is different, may be gone on with", async (t) => {
  const account = madeUpAccount((add) => {
    add("task:ended", failed("a", "no"));
    add("rollback:started", { scope: "host", hosts: ["a"], reason: "no" });
    add("rollback:ended", { hosts: { a: "rolled back, but different" } });
    end(add, { a: recapOf({ failed: 1 }) });
  });
  t.match(account.attention, [{ says: /^no$/, run: `kmend resume ${begun.run} --retry-failed` }]);
});

t.test("of changes under way it is not known, but for those that need no way back", async (t) => {
  const fill = (add: Add): void => {
    add("change:recorded", recorded("1"));
    add("change:recorded", recorded("2", { wayBack: { kind: "tasks", tasks: [] } }));
    add("change:recorded", recorded("3", { wayBack: { kind: "none", reason: "a look", isPassing: true } }));
  };
  t.match(madeUpAccount(fill).attention, [{ what: "unknown", run: `kmend resume ${begun.run}` }]);
  t.equal(madeUpAccount(fill).attention.length, 1);
  t.strictSame(
    madeUpAccount(fill).changes.map(({ wayBack }) => wayBack.says),
    ["kmend restores the state before", "none needed, says the playbook", "none: a look"],
  );
  const back = madeUpAccount(fill, { command: "rollback", of: "20261124-000000-fffff" });
  t.equal(back.attention[0]?.run, "kmend rollback 20261124-000000-fffff --limit a");
});

t.test("a rollback that lost a host is run again", async (t) => {
  const account = madeUpAccount(
    (add) => {
      add("task:ended", ended("a", "unreachable", { result: { msg: "gone" } }));
      add("rollback:started", { scope: "run", hosts: ["a"], reason: "asked for" });
      add("rollback:ended", { hosts: { a: "rollback failed" } });
      end(add, { a: recapOf({ unreachable: 1 }) });
    },
    { command: "rollback", of: "20261124-000000-fffff" },
  );
  t.match(account.attention, [{ what: "unreachable", run: "kmend rollback 20261124-000000-fffff" }]);
  t.equal(account.says, "Not everything could be taken back. Exit code 2: some host failed.");
  const well = madeUpAccount((add) => end(add, { a: recapOf() }, 0), {
    command: "rollback",
    of: "20261124-000000-fffff",
  });
  t.match(well.says, /^Everything was taken back, and compared .* Exit code 0: well\.$/);
});

t.test("what has no way back is named once, with no command that would do the same in vain", async (t) => {
  const account = madeUpAccount(
    (add) => {
      add("change:revert-failed", {
        change: "1",
        host: "a",
        task,
        kind: "irreversible",
        message: "a command",
        hint: "Undo it by hand.",
      });
      end(add, { a: recapOf({ failed: 1 }) });
    },
    { command: "rollback", of: "20261124-000000-fffff" },
  );
  t.strictSame(
    account.attention.map(({ what, says, run }) => [what, says, run]),
    [["rollback failed", "It has no way back: a command: Undo it by hand.", undefined]],
  );
});

t.test("a scan that could not read a host is made again for that host", async (t) => {
  const account = madeUpAccount(
    (add) => {
      add("task:ended", ended("a", "unreachable", { result: { msg: "gone" } }));
      end(add, { a: recapOf({ unreachable: 1 }) }, 4);
    },
    { command: "scan", inventories: ["/srv/hosts.yml", "b c,"] },
  );
  t.match(account.attention, [{ run: "kmend scan -i /srv/hosts.yml -i 'b c,' --limit a" }]);
});

t.test("a journal of an older kmend has no reason: its exit code says it", async (t) => {
  const words = (exitCode: number, head: Partial<Events["run:started"]> = {}): string =>
    madeUpAccount((add) => add("run:ended", { exitCode, recap: {}, seconds: 1 }), head).says;
  t.match(words(6), /Exit code 6: too many hosts failed\.$/);
  t.match(words(2), /Exit code 2: some host failed\.$/);
  t.match(words(2, { of: "x" }), /Exit code 2: some change could not be taken back\.$/);
  t.match(words(3), /Exit code 3: not one that kmend has\.$/);
});

t.test("a host that took itself back needs a person, and so does one that may yet", async (t) => {
  const account = madeUpAccount((add) => {
    const host = { host: "a", folder: "/f" };
    add("deadman:unconfirmed", { ...host, due: "10:05", reason: "no answer." });
    add("deadman:fired", { ...host, at: "10:05", code: 0, report: "" });
    add("deadman:fired", { ...host, host: "b", at: "10:05", code: 1, report: "" });
    end(add, {});
  });
  t.strictSame(
    account.attention.map(({ host, what, says, run }) => [host, what, says, run]),
    [
      [
        "a",
        "not confirmed",
        "It takes itself back at about 10:05: no answer. To keep its changes, run this on the host",
        "sh /f/dead-man.sh confirm",
      ],
      [
        "a",
        "took itself back",
        "Nobody had confirmed it in time. A rollback compares, and takes back the rest",
        `kmend rollback ${begun.run} --limit a`,
      ],
      [
        "b",
        "took itself back",
        "Nobody had confirmed it in time. Not all of it could be taken back. A rollback compares, and takes back the rest",
        `kmend rollback ${begun.run} --limit b`,
      ],
    ],
  );
});

t.test("which rounds of a loop failed is told once, with the task that they were of", async (t) => {
  const item = { host: "a", task, item: 1, index: 0, outcome: "failed", result: { msg: "no" } } as const;
  const account = madeUpAccount((add) => {
    add("item:ended", { ...item, label: "one", ignored: false });
    add("item:ended", { ...item, label: "two", ignored: true });
    add("task:ended", failed("a", "One or more items failed"));
    add("task:ended", failed("a", "again"));
    add("message:said", { level: "info", text: "by the way" });
    add("message:said", { level: "warning", text: "old" });
  });
  const results = account.hosts[0]?.results ?? [];
  t.strictSame(results[0]?.failedItems, [{ item: "one", message: "no" }]);
  t.equal(results[1]?.failedItems, undefined);
  t.strictSame(account.messages, [{ level: "warning", text: "old" }]);
});

t.test("long messages are cut, at 4,000 characters", async (t) => {
  const account = madeUpAccount((add) => {
    add("task:ended", failed("a", "x".repeat(4000)));
    add("task:ended", failed("a", "x".repeat(4001)));
  });
  t.strictSame(
    account.hosts[0]?.results.map(({ message }) => message?.length),
    [4000, 4001],
  );
  t.ok(account.hosts[0]?.results[1]?.message?.endsWith("x…"));
});

t.test(
  "that a task which has a change made none is the playbook's word, of this task and of this host alone",
  async (t) => {
    const account = madeUpAccount((add) => {
      add("change:recorded", recorded("1"));
      add("change:applied", { change: "1", host: "a" });
      add("task:ended", ended("a", "ok"));
      add("change:recorded", recorded("2", { host: "delegate", for: "b" }));
      add("change:applied", { change: "2", host: "delegate" });
      add("task:ended", ended("b", "ok", { delegate: "delegate" }));
      add("change:recorded", recorded("3", { host: "c", for: "c" }));
      add("change:applied", { change: "3", host: "c" });
      add("task:ended", ended("c", "changed"));
      add("task:ended", ended("c", "ok"));
      for (const [change, host, changed] of [
        ["4", "d", false],
        ["5", "e", true],
      ] as const) {
        add("change:recorded", recorded(change, { host, for: host }));
        add("change:applied", { change, host });
        add("task:ended", ended(host, "failed", { result: { changed, rc: 1 } }));
      }
      end(add, { a: recapOf({ ok: 1 }), b: recapOf({ ok: 1 }), c: recapOf({ ok: 2, changed: 1 }) }, 0);
    });
    t.strictSame(
      account.changes.map(({ change, isSaidUnchanged }) => [change, isSaidUnchanged]),
      [
        ["1", true],
        ["2", true],
        ["3", undefined],
        ["4", true],
        ["5", undefined],
      ],
    );
  },
);

t.test("how a host ended: changed where kmend changed it, or another for it", async (t) => {
  const changed = recapOf({ ok: 1, changed: 1 });
  const account = madeUpAccount((add) => {
    add("change:recorded", recorded("1", { host: "delegate", for: "a" }));
    add("change:applied", { change: "1", host: "delegate" });
    add("task:ended", ended("a", "changed"));
    add("task:ended", ended("b", "changed", { task: other }));
    add("change:recorded", recorded("2", { host: "c", for: "c" }));
    add("change:applied", { change: "2", host: "c" });
    add("task:ended", ended("c", "ok"));
    end(add, { a: changed, b: changed, c: changed }, 0);
  });
  t.strictSame(account.hosts.map(endWords(account)), ["changed", "ok", "ok"]);
});

t.test("a run that ended early is not told as one that ended well, nor its hosts as well", async (t) => {
  const cut = { run: begun.run, done: ["a"], halfDone: ["b"], untouched: ["c"], goOn: "resume" } as const;
  const account = madeUpAccount((add) => {
    for (const host of ["a", "b"]) add("task:ended", ended(host, "ok"));
    add("run:cut-short", { ...cut, reason: "window" });
    const recap = { a: recapOf({ ok: 1 }), b: recapOf({ ok: 1 }), c: recapOf() };
    add("run:ended", { exitCode: 75, recap, seconds: 1, reason: "window" });
  });
  t.equal(
    account.says,
    "No host failed; 2 of 3 hosts are left to do. Exit code 75: its time was up, and hosts are left to do.",
  );
  t.strictSame(account.hosts.map(endWords(account)), ["ok", "half done", "untouched"]);
  const interrupted = madeUpAccount((add) =>
    add("run:ended", { exitCode: 99, recap: {}, seconds: 1, reason: "interrupted" }),
  );
  t.equal(interrupted.says, "No host failed. Exit code 99: it was interrupted.");
});

t.test("a host that was not reached is not gone on with where its batch was taken back", async (t) => {
  const account = madeUpAccount((add) => {
    add("task:ended", ended("b", "unreachable", { result: { msg: "gone" } }));
    add("rollback:started", { scope: "batch", reason: "b could not be reached", hosts: ["b"] });
    add("rollback:ended", { hosts: { b: "nothing to do" } });
    end(add, { b: recapOf({ unreachable: 1 }) }, 4);
  });
  t.match(account.attention, [
    {
      ...{ host: "b", what: "unreachable", says: "Nothing had to be taken back, after: gone" },
      run: `kmend show ${begun.run}`,
    },
  ]);
});

t.test("how a host would end, the worst of it", async (t) => {
  const account = madeUpAccount(
    (add) => {
      const hosts = ["a", "b", "c", "d", "e", "f"];
      add("play:started", { play: 1, name: "all", place, hosts });
      const wayBack = { kind: "revert" } as const;
      for (const host of ["a", "b", "d"]) add("task:ended", ended(host, "changed", { wayBack }));
      add("task:ended", failed("b", "no", { task: other }));
      add("task:ended", failed("b", "no", { task: madeUpTask(3, "more") }));
      add("task:ended", ended("c", "unreachable", { result: { msg: "gone" } }));
      add("task:ended", failed("d", "soft", { task: other, ignored: true }));
      add("task:ended", ended("e", "changed", { task: other }));
      add("prediction:made", { host: "f", task: other, says: "unknown", why: "x" });
      add("prediction:made", { host: "f", task: other, says: "unknown", why: "y" });
      end(add, { c: recapOf({ unreachable: 1 }) }, 2);
    },
    { command: "plan", check: true },
  );
  t.strictSame(account.hosts.map(endWords(account)), [
    "would change",
    "would fail",
    "unreachable",
    "would change",
    "right already",
    "not known",
  ]);
  t.strictSame(
    account.plan?.wouldFail.map(({ host, what, message }) => [host, what, message]),
    [
      ["b", "failed", "no"],
      ["b", "failed", "no"],
      ["c", "unreachable", "gone"],
    ],
  );
  t.strictSame(account.plan?.rightAlready, ["e"], "whoever is lost is not right");
  t.equal(account.plan?.wouldChange.length, 1, "what changed the play alone changes no host");
  t.strictSame(
    account.plan?.unknowable.map(({ why }) => why),
    ["x", "y"],
  );
  t.match(account.says, /^Nothing was changed\. 2 hosts would fail\./);
});

t.test("of a plan that ended early, a host that was not asked is not right already", async (t) => {
  const account = madeUpAccount(
    (add) => {
      add("task:ended", failed("a", "no"));
      add("run:cut-short", {
        run: begun.run,
        reason: "failed",
        done: [],
        halfDone: [],
        untouched: ["b"],
        goOn: "retry",
      });
      end(add, { a: recapOf({ failed: 1 }), b: recapOf(), c: recapOf() }, 2);
    },
    { command: "plan", check: true },
  );
  t.strictSame(account.plan?.rightAlready, ["c"]);
});

t.test("a run without a last word counts as the engine does", async (t) => {
  const account = madeUpAccount((add) => {
    for (const outcome of ["ok", "changed", "skipped", "failed"] as const)
      add("task:ended", ended("a", outcome));
    add("task:ended", failed("a", "soft", { ignored: true }));
    add("task:ended", failed("a", "saved", { rescued: true }));
    add("task:ended", ended("a", "unreachable"));
  });
  t.strictSame(account.hosts[0]?.counts, {
    ok: 3,
    changed: 1,
    unreachable: 1,
    failed: 1,
    skipped: 1,
    rescued: 1,
    ignored: 1,
  });
});

t.test("a gate is its own play's, a rollback's end its own, a kept text its change's", async (t) => {
  const account = madeUpAccount((add) => {
    for (const play of [1, 2]) add("batch:started", { play, batch: 1, of: 1, hosts: ["a"] });
    add("gate:ended", { play: 1, batch: 1, held: false });
    for (const host of ["a", "b"]) {
      add("rollback:started", { scope: "host", hosts: [host], reason: "no" });
      add("rollback:ended", { hosts: { [host]: "rolled back" } });
    }
    add("change:recorded", recorded("1"));
    add("change:wayback", { change: "1", host: "a", wayBack: { kind: "again" } });
    add("change:reverted", { change: "1", host: "a", task, kept: "mode" });
    add("change:reverted", { change: "2", host: "a", task: { ...task, kind: "rollback", id: "1.9" } });
  });
  t.strictSame(
    account.batches.map(({ gateHeld }) => gateHeld),
    [false, undefined],
  );
  t.strictSame(
    account.rollbacks.map(({ hosts }) => hosts),
    [{ a: "rolled back" }, { b: "rolled back" }],
  );
  t.strictSame(
    account.changes.map(({ wayBack }) => wayBack.says),
    ["the change is made once more"],
  );
  t.strictSame(
    account.reverts.map(({ kept }) => kept),
    ["mode", undefined],
  );
  t.equal(account.tasks.length, 2, "a task of a rollback is one of its own");
});

t.test("a run that goes on has no last word yet, and counts how often it did", async (t) => {
  const on: Events["run:resumed"] = { kmend: "1", options: {}, hadEnded: true, limit: null, who: "bob" };
  const account = madeUpAccount(
    (add) => {
      const cut = { run: begun.run, reason: "failed", done: [], halfDone: ["a"], untouched: [] } as const;
      add("run:cut-short", { ...cut, goOn: "retry" });
      end(add, { a: recapOf({ failed: 1 }) });
      add("run:resumed", on);
      add("run:resumed", on);
    },
    { who: "alice" },
    true,
  );
  t.match(account, { state: "running", resumes: 2, who: ["alice", "bob"] });
  t.equal(account.left, undefined);
  t.equal(account.exitCode, undefined);
});

function summary(fill: (add: Add) => void): ReturnType<ReturnType<typeof runSummary>["written"]> {
  const { events, add } = madeUpJournal();
  add("run:started", begun);
  fill(add);
  const { take, written } = runSummary({ run: begun.run, folder: "/f" });
  for (const event of events) take(event);
  return written();
}

t.test("the summary of a host: how it ended, and what it was lost at, if it was", async (t) => {
  const { hosts } = summary((add) => {
    add("task:ended", failed("a", "no\u001b[2J"));
    add("task:ended", failed("a", "soft", { task: other, ignored: true }));
    add("task:ended", failed("b", "saved"));
    add("rollback:ended", { hosts: { a: "nothing to do", c: "rolled back", d: "rollback failed" } });
    end(add, {
      a: recapOf({ failed: 1 }),
      b: recapOf({ ok: 1, rescued: 1 }),
      d: recapOf({ changed: 1 }),
      e: recapOf({ failed: 1, unreachable: 1, changed: 1 }),
    });
  });
  t.strictSame(
    Object.entries(hosts)
      .map(([host, { end }]) => `${host}: ${end}`)
      .sort(),
    ["a: failed", "b: ok", "c: rolled back", "d: rollback failed", "e: unreachable"],
  );
  t.strictSame(hosts["a"]?.failedAt, { task: "write", place: "site.yml:3:5", message: "no\\x1b[2J" });
  t.equal(hosts["b"]?.failedAt, undefined, "it was rescued");
});

t.test("the summary of a run that goes on has nothing left over from before", async (t) => {
  const written = summary((add) => {
    const cut = { run: begun.run, reason: "failed", done: [], halfDone: ["a"], untouched: [] } as const;
    add("run:cut-short", { ...cut, goOn: "retry" });
    end(add, {});
    add("run:resumed", { kmend: "1", options: {}, hadEnded: true, limit: null });
  });
  t.equal(written.state, "running");
  t.equal(written.left, undefined);
  t.equal(written.startedAt, "2026-11-25T00:00:00.030Z");
});

t.test("how a plan's predictions did, and what had drifted", async (t) => {
  const { plan } = summary((add) => {
    const opened = { sum: "0", plan: "20261124-000000-fffff", madeAt: "10:00", validUntil: "11:00" };
    add("plan:opened", { ...opened, definite: 4, drift: ["a: moved"] });
    for (const host of ["a", "b"]) add("prediction:kept", { host, task, said: "right", happened: "right" });
    const steering = { ...task, name: "write\u001b[2J" };
    add("prediction:broken", { host: "c", task: steering, said: "right", happened: "change" });
  });
  t.strictSame(plan, {
    run: "20261124-000000-fffff",
    sum: "0",
    predictions: 4,
    kept: 2,
    broken: [{ host: "c", task: "write\\x1b[2J", place: "site.yml:3:5", said: "right", happened: "change" }],
    notComeTo: 1,
    drift: ["a: moved"],
  });
});
