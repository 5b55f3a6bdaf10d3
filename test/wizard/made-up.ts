/** Hosts that leak, and the journals that tell of them, without a host. */

import { type Event, type Events, lastOwn } from "../../src/journal/journal.ts";
import { diagnose, giveBack, known, planMend, summaryLine } from "../../src/kmem/kmem.ts";
import { type ScannedHost, scannedHosts } from "../../src/report/report.ts";
import type { Scanned } from "../../src/wizard/work.ts";
import { evidenceOf, type NodeRow } from "../kmem/made-up-node.ts";

export const kubeletLeaks: NodeRow = { kubepods: "on", kubelet: "kmem", runtime: "nokmem" };
export const runtimeLeaks: NodeRow = { kubepods: "off", kubelet: "nokmem", runtime: "kmem" };
export const clean: NodeRow = { kubepods: "off", kubelet: "nokmem", runtime: "nokmem" };

const place = { file: "/kmend/playbooks/kmem.yml", line: 1, column: 1 };
const task = { id: "1.1", name: "Read", module: "kmend.kmem.evidence", place, kind: "task" } as const;

/** A scan of hosts, each a node by what decides, or why it was not reached. */
export function scanOf(hosts: Readonly<Record<string, NodeRow | string>>): Scanned {
  const events = Object.entries(hosts).map(([host, node], index) =>
    event(index + 1, "task:ended", {
      host,
      task,
      outcome: typeof node === "string" ? "unreachable" : "ok",
      ignored: false,
      rescued: false,
      durationMs: 1,
      result: typeof node === "string" ? { msg: node } : resultOf(node),
    }),
  );
  const says = "measured once only";
  const unknown = { kind: "unknown", says, certainty: null, idsPerDay: null } as const;
  const scanned = scannedHosts(events, () => ({ ...unknown, secondsLeft: null, date: null, basis: null }));
  return { hosts: scanned, events, isInterrupted: false };
}

/** A host with this verdict, on which so many ids leaked. */
export function judged(host: string, verdict: string, kmemIds: number | null): ScannedHost {
  const [made] = scanOf({ [host]: clean }).hosts;
  if (!made || "problem" in made) throw new Error("it was read");
  const { diagnosis } = made;
  return { ...made, diagnosis: { ...diagnosis, verdict, leaked: { ...diagnosis.leaked, kmemIds } } };
}

function resultOf(node: NodeRow): Events["task:ended"]["result"] {
  const evidence = {
    ...evidenceOf(node),
    leakedKmemIds: known(node === clean ? 0 : 4242, "/sys/kernel/slab"),
  };
  const diagnosis = diagnose(evidence);
  const rest = { mend: planMend(evidence), give_back: giveBack(evidence), summary: summaryLine(diagnosis) };
  return JSON.parse(JSON.stringify({ evidence, diagnosis, ...rest }));
}

/** A run over batches of hosts, of which the last `toCome` have not begun. */
export function runOf(
  batches: readonly (readonly string[])[],
  {
    toCome = [],
    exitCode = 0,
    seconds = 40,
  }: { toCome?: readonly string[]; exitCode?: number; seconds?: number } = {},
): readonly Event[] {
  let n = 0;
  let at = Date.parse("2026-11-27T00:00:00Z");
  const next = <Name extends keyof Events>(type: Name, body: Events[Name]): Event =>
    event(++n, type, body, at);
  const of = batches.length + (toCome.length > 0 ? 1 : 0);
  const events: Event[] = [
    next("run:started", {
      format: 2,
      run: "r-1",
      kmend: "0",
      command: "run",
      playbooks: [place.file],
      inventories: ["hosts.yml"],
      check: false,
      diff: false,
      options: {},
    }),
    next("play:started", { play: 2, name: "Mend", place, hosts: [...batches.flat(), ...toCome] }),
  ];
  for (const [index, hosts] of batches.entries()) {
    events.push(next("batch:started", { play: 2, batch: index + 1, of, hosts }));
    for (const host of hosts) {
      const change = String(n);
      events.push(
        next("change:recorded", {
          change,
          host,
          for: host,
          task,
          module: "package",
          become: null,
          changes: {},
          save: "/var/lib/kmend/r-1",
          wayBack: { kind: "revert" },
        }),
        next("change:applied", { change, host }),
      );
    }
    at += seconds * 1000;
    const rest = batches.slice(index + 1).flat().length + toCome.length;
    const well = { failed: [], unreachable: [], takenBack: false };
    events.push(
      next("batch:ended", { play: 2, batch: index + 1, of, hosts: hosts.length, ...well, toCome: rest }),
    );
  }
  events.push(next("run:ended", { exitCode, recap: {}, seconds }));
  return events;
}

/** A run that had stopped goes on. */
export const resumed: Event = event(99, "run:resumed", {
  kmend: "0",
  options: {},
  hadEnded: true,
  limit: null,
});

export function exitCodeOf(events: readonly Event[]): number | null {
  const last = lastOwn(events);
  return last?.type === "run:ended" ? last.exitCode : null;
}

function event<Name extends keyof Events>(n: number, type: Name, body: Events[Name], at = 0): Event {
  return { n, at: new Date(at).toISOString(), type, ...body } as unknown as Event;
}
