/** What an event says to people, whichever reader shows it: its words and its colour. */

import t from "tap";
import { type EventName, type Events, stoppedBetweenBatches } from "../../src/journal/journal.ts";
import { eventLine } from "../../src/report/event-line.ts";
import type { Tone } from "../../src/report/style.ts";
import { madeUpJournal, madeUpTask } from "./recorded.ts";

const run = "20261125-000000-abcde";
const task = madeUpTask(1, "write");
const change = { change: "1", host: "a", task };
const many = Array.from({ length: 21 }, (_, i) => `node-${i + 1}`);
const holder = { run, who: "alice@desk", since: "10:00", command: "run", beatAgoS: 90, state: "working" };
const batch = {
  play: 1,
  batch: 1,
  of: 2,
  hosts: 3,
  failed: [],
  unreachable: [],
  takenBack: false,
  toCome: 1,
};
const fired = { host: "a", folder: "/f", at: "10:05", code: 0, report: "one\ntwo" };
const cut = { run, done: ["a"], halfDone: ["b"], untouched: [], goOn: "resume" } as const;
const opened = { plan: run, sum: "0", madeAt: "10:00", validUntil: "11:00", definite: 3 };

type Row<Name extends EventName> = readonly [type: Name, body: Events[Name], tone: Tone | null, text: string];

const rows = <Name extends EventName>(
  type: Name,
  ...of: readonly (readonly [Events[Name], Tone | null, string])[]
) => of.map(([body, tone, text]): Row<Name> => [type, body, tone, text]);

const lines = [
  ...rows(
    "batch:ended",
    [batch, "ok", "\nbatch 1 of 2 ended at 2026-11-25T00:00:00Z: 3 well; 1 host to come"],
    [
      { ...batch, failed: ["b"], unreachable: ["c"], takenBack: true, toCome: 0 },
      "failed",
      "\nbatch 1 of 2 ended at 2026-11-25T00:00:00Z: 1 well, 1 failed (b), 1 unreachable (c); taken back; 0 hosts to come",
    ],
    [{ ...batch, of: 1 }, null, ""],
    [{ ...batch, hosts: 1 }, "ok", "\nbatch 1 of 2 ended at 2026-11-25T00:00:00Z: 1 well; 1 host to come"],
  ),
  ...rows(
    "lock:waiting",
    [
      { host: "a", holder },
      "warning",
      `waiting: [a] another run has it: the run ${run} of alice@desk, since 10:00`,
    ],
    [
      { host: "a", holder: { ...holder, state: "armed" } },
      "warning",
      `waiting: [a] nobody has confirmed the run ${run} there yet: it takes itself back soon`,
    ],
  ),
  ...rows("lock:broken", [
    { host: "a", holder: { ...holder, state: "armed" } },
    "warning",
    `LOCK BROKEN: [a] the run ${run} of alice@desk, since 10:00, was not heard of for 90 s`,
  ]),
  ...rows(
    "run:limit-reached",
    [
      { keyword: "max_fail_hosts", allowed: 1, failed: ["a", "b"], of: 9 },
      "failed",
      "\nTOO MANY FAILED: 2 hosts of the run, max_fail_hosts allows 1: a, b",
    ],
    [
      { keyword: "max_fail_percentage", allowed: 20, failed: ["a"], of: 3 },
      "failed",
      "\nTOO MANY FAILED: 1 of 3 hosts of the batch (33.3 %), max_fail_percentage allows 20 %: a",
    ],
  ),
  ...rows(
    "run:cut-short",
    [
      { ...cut, reason: "interrupted" },
      "warning",
      `\nENDED EARLY: it was interrupted\n  done: a\n  half done: b\n  To go on with it:\n      kmend resume ${run}`,
    ],
    [
      { ...cut, reason: "failed", done: [], halfDone: [], untouched: many, goOn: "retry" },
      "warning",
      `\nENDED EARLY: hosts failed\n  untouched: ${many.slice(0, 20).join(", ")} and 1 more\n  Once what the hosts failed at is mended, to go on with it:\n      kmend resume ${run} --retry-failed`,
    ],
    [
      { ...cut, reason: "window", notAfter: "04:00", halfDone: [], untouched: many.slice(1), goOn: "anew" },
      "warning",
      `\nENDED EARLY: no batch starts after 04:00\n  done: a\n  untouched: ${many.slice(1).join(", ")}\n  Hosts were taken back, and take no further part: once the reason is gone, run the playbook again.`,
    ],
  ),
  ...rows(
    "run:resumed",
    [
      { kmend: "1", options: {}, hadEnded: true, limit: null },
      "bold",
      "\nGOING ON: what is recorded as done is passed over",
    ],
    [
      { kmend: "1", options: {}, hadEnded: true, limit: "a,b" },
      "bold",
      "\nGOING ON on a,b: what is recorded as done is passed over",
    ],
  ),
  ...rows("journal:mended", [
    { line: 7, bytes: 30, keptIn: "torn" },
    "warning",
    "The journal's line 7 was torn when the run stopped: its 30 bytes are kept in torn",
  ]),
  ...rows(
    "rollback:started",
    [
      { scope: "batch", hosts: ["a", "b"], reason: "b failed" },
      "warning",
      "\nROLLBACK of the batch on a, b: b failed",
    ],
    [{ scope: "run", hosts: [], reason: "it is done" }, "ok", "\nNothing to take back: it is done"],
  ),
  ...rows(
    "change:reverted",
    [change, "changed", "reverted: [a] write"],
    [
      { ...change, kept: "mode 0600" },
      "warning",
      "reverted: [a] write\n  over somebody else's work: mode 0600",
    ],
  ),
  ...rows(
    "change:revert-failed",
    [
      { ...change, kind: "different", message: "mode", hint: "look" },
      "failed",
      "REVERTED, BUT DIFFERENT: [a] write: mode\n  look",
    ],
    [{ ...change, kind: "failed", message: "no" }, "failed", "ROLLBACK FAILED: [a] write: no"],
    [
      { ...change, kind: "irreversible", message: "no" },
      "failed",
      "NOT REVERTED (no way back): [a] write: no",
    ],
    [{ ...change, kind: "foreign", message: "no" }, "failed", "NOT REVERTED (changed since): [a] write: no"],
    [
      { ...change, kind: "unreachable", message: "no" },
      "failed",
      "NOT REVERTED (unreachable): [a] write: no",
    ],
  ),
  ...rows(
    "rollback:handler",
    [{ host: "a", name: "reload", place: task.place }, "changed", "handler: [a] reload"],
    [
      { host: "a", name: "reload", place: task.place, message: "no" },
      "failed",
      "HANDLER FAILED after the rollback: [a] reload: no",
    ],
  ),
  ...rows(
    "rollback:ended",
    [{ hosts: { a: "rolled back", b: "nothing to do" } }, "ok", "rolled back: [a]\nnothing to do: [b]"],
    [{ hosts: { a: "rolled back, but different" } }, "failed", "rolled back, but different: [a]"],
    [{ hosts: { a: "rollback failed" } }, "failed", "rollback failed: [a]"],
  ),
  ...rows(
    "gate:ended",
    [{ play: 1, batch: 2, held: true }, "ok", "gate held: batch 2"],
    [{ play: 1, batch: 2, held: false }, "failed", "gate not held: batch 2; the next batch does not start"],
  ),
  ...rows(
    "run:interrupted",
    [{ signal: "SIGINT" }, "warning", "interrupted by SIGINT: the tasks under way end, nothing new starts"],
    [
      { signal: stoppedBetweenBatches },
      "warning",
      "stopped between batches, as chosen: no other batch begins",
    ],
  ),
  ...rows(
    "deadman:disarmed",
    [{ host: "a", folder: "/f", why: "confirmed" }, "ok", "confirmed: [a]"],
    [{ host: "a", folder: "/f", why: "rollback" }, null, ""],
  ),
  ...rows("deadman:unconfirmed", [
    { host: "a", folder: "/f", due: "10:05", reason: "no answer" },
    "failed",
    "NOT CONFIRMED: [a] it takes itself back at about 10:05: no answer\n  To keep its changes, on the host: sh /f/dead-man.sh confirm",
  ]),
  ...rows(
    "deadman:fired",
    [fired, "failed", "TOOK ITSELF BACK: [a] at 10:05, as nobody had confirmed in time\n  one\n  two"],
    [
      { ...fired, code: 1 },
      "failed",
      "TOOK ITSELF BACK: [a] at 10:05, as nobody had confirmed in time; not all of it could be\n  one\n  two",
    ],
  ),
  ...rows(
    "deadman:found",
    [
      { ...fired, run },
      "failed",
      `TOOK ITSELF BACK: [a] at 10:05, as nobody had confirmed the run ${run} in time\n  one\n  two\n  Its journal may not know: kmend rollback ${run} compares, and takes back the rest`,
    ],
    [
      { ...fired, run, code: 1, report: "" },
      "failed",
      `TOOK ITSELF BACK: [a] at 10:05, as nobody had confirmed the run ${run} in time; not all of it could be\n  \n  Its journal may not know: kmend rollback ${run} compares, and takes back the rest`,
    ],
  ),
  ...rows(
    "plan:opened",
    [{ ...opened, drift: [] }, "dim", `applying the plan ${run} of 10:00: 3 predictions`],
    [
      { ...opened, drift: ["a: moved", "b: moved"] },
      "warning",
      `applying the plan ${run} of 10:00: 3 predictions\n  accepted: a: moved\n  accepted: b: moved`,
    ],
  ),
  ...rows("prediction:broken", [
    { host: "a", task, index: 0, said: "right", happened: "fail" },
    "warning",
    'prediction broken: a: write, item 1 (site.yml:3:5): the plan said "right already", it failed',
  ]),
  ...rows("change:unforeseen", [
    { host: "a", task },
    "warning",
    "not in the plan: a: write (site.yml:3:5): it changed, and the plan did not speak of it",
  ]),
  ...rows("prediction:kept", [{ host: "a", task, said: "right", happened: "right" }, null, ""]),
];

function lineOf(type: EventName, body: object): ReturnType<typeof eventLine> {
  const { events, add } = madeUpJournal();
  add(type, body as Events[EventName]);
  return events[0] ? eventLine(events[0]) : null;
}

t.test("each in its words and its colour", async (t) => {
  for (const [type, body, tone, text] of lines)
    t.strictSame(lineOf(type, body), tone && { text, tone }, `${type}: ${text}`);
});

/** Keys under which events hold what a host, a playbook or somebody else said. */
const foreign = /^(name|message|hint|kept|report|who|command|folder|\d+)$/;

t.test("no word of a host, a playbook or another run steers the terminal", async (t) => {
  const poisoned = (type: EventName, body: object): object =>
    JSON.parse(JSON.stringify(body), (key, value) =>
      typeof value === "string" && (foreign.test(key) || (key === "reason" && type !== "run:cut-short"))
        ? `${value}\u001b[2J\u202e`
        : value,
    );
  for (const [type, body] of lines.filter(([type]) => type !== "rollback:started"))
    t.notMatch(lineOf(type, poisoned(type, body))?.text, /[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/, type);
  const started = { scope: "run", hosts: ["a"], reason: "\u001b[2J" };
  t.match(lineOf("rollback:started", started)?.text, "\\x1b[2J");
});
