/** Journals of real runs, cut to what reports read (record-journal.ts), and made-up ones. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Event, EventName, Events, Recap, TaskRef } from "../../src/journal/journal.ts";
import { type Account, accountOf } from "../../src/report/report.ts";

export type Recorded = "failed" | "plan" | "mended" | "rollback" | "locked-out";

export function recordedEvents(name: Recorded): readonly Event[] {
  const text = readFileSync(join(import.meta.dirname, "data", `${name}.jsonl`), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Event);
}

export function recordedAccount(name: Recorded): Account {
  return accountOf(recordedEvents(name), { isLive: false });
}

export type Add = <Name extends EventName>(type: Name, body: Events[Name]) => void;

/** Numbers events and gives each its second. */
export function madeUpJournal(): { readonly events: Event[]; readonly add: Add } {
  const events: Event[] = [];
  return {
    events,
    add(type, body) {
      const at = new Date(Date.UTC(2026, 10, 25) + events.length * 10).toISOString();
      events.push({ n: events.length + 1, at, type, ...body } as unknown as Event);
    },
  };
}

export function madeUpTask(number: number, name: string, module = "command"): TaskRef {
  const place = { file: "site.yml", line: number + 2, column: 5 };
  return { id: `1.${number}`, name, module, place, kind: "task" };
}

/** Ends of a task on hosts, made up as a test wants them. */
export function madeUpEnds(
  task: TaskRef,
  durationMs = 1,
): (
  host: string,
  outcome: Events["task:ended"]["outcome"],
  more?: Partial<Events["task:ended"]>,
) => Events["task:ended"] {
  const rest = { ignored: false, rescued: false, result: {}, durationMs };
  return (host, outcome, more = {}) => ({ host, task, outcome, ...rest, ...more });
}

/** A change of a host, which its module can take back. */
export function madeUpChange(
  change: string,
  host: string,
  task: TaskRef,
  more: Partial<Events["change:recorded"]> = {},
): Events["change:recorded"] {
  const rest = { become: null, changes: {}, save: "/s", wayBack: { kind: "revert" } } as const;
  return { change, host, for: host, task, module: task.module, ...rest, ...more };
}

/** What a host's tasks came to: none to anything but these. */
export function recapOf(counts: Partial<Recap> = {}): Recap {
  return { ok: 0, changed: 0, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0, ...counts };
}

export function madeUpEnd(recap: Readonly<Record<string, Recap>>, exitCode: number): Events["run:ended"] {
  return { exitCode, recap, seconds: 1, reason: exitCode === 0 ? "done" : "failed" };
}

/** The account of a run that begins with `begun`, but for what its head says.
 *  @param fill adds the events that come after */
export function madeUpAccount(
  fill: (add: Add) => void,
  head: Partial<Events["run:started"]> = {},
  isLive = false,
): Account {
  const { events, add } = madeUpJournal();
  add("run:started", { ...begun, ...head });
  fill(add);
  return accountOf(events, { isLive });
}

export const begun: Events["run:started"] = {
  format: 2,
  run: "20261125-000000-abcde",
  kmend: "0.1.0",
  command: "run",
  playbooks: ["site.yml"],
  inventories: ["hosts.yml"],
  check: false,
  diff: true,
  options: {},
};

/** Texts that would come alive somewhere: in a page, in Markdown, in XML, in a spreadsheet, on a terminal. */
export const hostileTexts = [
  "</pre></td></table><script>window.owned = 1</script><img src=x onerror='window.owned = 1'>",
  "\"'><svg onload=window.owned=1> ]]> <!-- --> &lt;b&gt; javascript:alert(1)",
  "```\n# heading\n[link](http://evil.example) ![x](http://evil.example/x.png) @everyone #1 |a|b| `x` ``` ~~~ </details>",
  "=cmd|' /C calc'!A0",
  "\t=1+1",
  '+1;-1;@SUM(1),"x"\r\n=2',
  "\u001b]0;title\u0007\u001b[2J\u0000\u202e\ud800\uffff",
];

/** A run in which every text that a host or a playbook can choose is hostile. */
export function hostileRun(): readonly Event[] {
  const { events, add } = madeUpJournal();
  const hosts = hostileTexts.map((_, i) => `host-${i}`);
  add("run:started", begun);
  const place = { file: "site.yml", line: 1, column: 3 };
  add("play:started", { play: 1, name: hostileTexts[0] ?? "", place, hosts });
  hostileTexts.forEach((text, i) => {
    const task = madeUpTask(i, text);
    const host = hosts[i] ?? "";
    add("task:started", { task, hosts });
    add("change:recorded", madeUpChange(String(i), host, task, { wayBack: { kind: "none", reason: text } }));
    add("change:applied", { change: String(i), host });
    const ended = madeUpEnds(task, 5);
    const diff = [{ beforeHeader: text, afterHeader: text, before: "one\n", after: `${text}\n` }];
    add("task:ended", ended(host, "changed", { result: { msg: text }, diff }));
    add("task:ended", ended(host, "failed", { result: { msg: text, stderr: text } }));
    add("task:declined", { task: madeUpTask(100 + i, text), hosts: [text] });
  });
  add("message:said", { level: "warning", text: hostileTexts.join(" ") });
  return events;
}

/** Sixty tasks on many hosts. @param spread 0: all but a few hosts fare alike; 1: hardly any two do
 *  @param hasDiffs each change has a diff of its own */
export function bigRun(count: number, spread: 0 | 1, hasDiffs: boolean): readonly Event[] {
  const { events, add } = madeUpJournal();
  const hosts = Array.from({ length: count }, (_, i) => `node-${i}`);
  add("run:started", begun);
  add("play:started", { play: 1, name: "all", place: { file: "site.yml", line: 1, column: 3 }, hosts });
  let seed = 7;
  const chance = (): number => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  for (let number = 0; number < 60; number += 1) {
    const task = madeUpTask(number, `role : Do the thing of number ${number}`, "copy");
    const ended = madeUpEnds(task, 400);
    add("task:started", { task, hosts });
    hosts.forEach((host, i) => {
      const luck = spread === 0 ? (i < 5 && number === 50 ? 0.999 : number / 60) : chance();
      const outcome = luck > 0.995 ? "failed" : luck > 0.6 ? "changed" : luck > 0.4 ? "skipped" : "ok";
      const change = `${number}-${i}`;
      if (outcome === "changed") {
        add("change:recorded", madeUpChange(change, host, task));
        add("change:applied", { change, host });
      }
      const header = `/etc/conf.d/${number}`;
      const lines = "a line that stays\n".repeat(6);
      const after = `${lines}${host} ${number}\n`;
      const more = {
        ...(outcome === "failed" ? { result: { msg: `${host} said no` } } : {}),
        ...(hasDiffs && outcome === "changed"
          ? { diff: [{ beforeHeader: header, afterHeader: header, before: lines, after }] }
          : {}),
      };
      add("task:ended", ended(host, outcome, more));
    });
  }
  return events;
}
