/** A scan of 500 made-up hosts, by the code that scans: what it prints as JSON is what docs/scan.schema.json describes. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Event } from "../../src/journal/journal.ts";
import { type Evidence, exhaustion, firstMeasurement, known } from "../../src/kmem/kmem.ts";
import { kmemEvidence } from "../../src/modules/kmend.kmem.evidence.ts";
import { explainText, scanMeasurements, scannedHosts, scanText } from "../../src/report/report.ts";
import { toJson } from "../../src/template/template.ts";
import { evidenceOf, type NodeRow } from "../kmem/made-up-node.ts";
import { type Schema, wrongBy } from "./json-schema.ts";
import { madeUpEnds, madeUpTask } from "./recorded.ts";

const schema: Schema = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../docs/scan.schema.json"), "utf8"),
);

const kinds: readonly NodeRow[] = [
  { kubepods: "on", kubelet: "kmem", runtime: "neither" },
  { kubepods: "off", kubelet: "nokmem", runtime: "kmem" },
  { kubepods: "on", kubelet: "neither", runtime: "nokmem" },
  { kubepods: "off", kubelet: "neither", runtime: "nokmem" },
  { kubepods: "unknown", kubelet: "unknown", runtime: "unknown" },
  { kubepods: "absent", kubelet: "kmem", runtime: "kmem", kernel: "3.10.0-514.el7.x86_64" },
  { kubepods: "off", kubelet: "kmem", runtime: "kmem", version: "v2" },
];
const [second, first] = ["2026-11-25T12:00:00.000Z", "2026-11-24T12:00:00.000Z"];
const name = (index: number): string => `node-${index}`;
const endsOfReading = madeUpEnds(madeUpTask(1, "Read the evidence", "kmend.kmem.evidence"));
const indexes = Array.from({ length: 500 }, (_, index) => index);

t.test("500 hosts of every kind, most of them measured before", async (t) => {
  const before = scanMeasurements(
    indexes.filter((index) => index % 20 !== 0).map((index) => read(index, first, 100)),
  );
  const now = indexes.map((index) =>
    index % 50 === 49 ? unreachable(index) : read(index, second, 600 + index),
  );
  const hosts = scannedHosts(now, (host, measured) =>
    exhaustion(firstMeasurement(before.get(host) ?? [], measured), measured),
  );
  const printed = JSON.parse(JSON.stringify({ schema: 1, hosts }));

  t.test(
    "each is there, as the schema describes it, and with nothing that it does not describe",
    async (t) => {
      t.equal(printed.hosts.length, 500);
      t.strictSame(wrongBy(schema, printed), []);
    },
  );

  t.test("each verdict and each answer of when ids run out is among them", async (t) => {
    const read = hosts.filter((host) => "diagnosis" in host);
    t.strictSame([...new Set(read.map(({ diagnosis }) => diagnosis.verdict))].sort(), [
      "clean",
      "leaking",
      "not-affected",
      "still-leaking-after-swap",
      "unknown",
    ]);
    t.strictSame(
      [...new Set(read.map(({ exhaustion }) => `${exhaustion.kind} ${exhaustion.certainty}`))].sort(),
      ["dated at-the-latest", "dated counted", "dated rough", "none null", "unknown null"],
    );
  });

  t.test("a text has one line for each, in one group a kind, and says a mend once a group", async (t) => {
    const text = scanText(hosts);
    const lines = text.split("\n");
    t.equal(lines.filter((line) => /^ {2}node-\d+: /.test(line)).length, 500);
    t.equal(
      lines.filter((line) => /^\S.*: \d+ hosts$/.test(line)).length,
      kinds.length + 1,
      text.slice(0, 3000),
    );
    t.equal(lines.filter((line) => line.startsWith("  to mend it: ")).length, 4);
    t.equal(
      lines.filter((line) => /at this rate in /.test(line)).length,
      text.match(/node-\d+: .*at this rate in (about )?\d+ days.* \(20\d\d-\d\d-\d\d\)/g)?.length,
    );
    for (const host of hosts) t.match(explainText(host), /^node-\d+: /);
  });
});

t.test("what the schema does not allow is told", async (t) => {
  const host = { host: "a", problem: "failed: b" };
  const rows: readonly (readonly [value: unknown, says: RegExp])[] = [
    [{ schema: 2, hosts: [] }, /\$\.schema: wanted 1/],
    [{ schema: 1 }, /"hosts" is missing/],
    [{ schema: 1, hosts: [{ host: "a" }] }, /\$\.hosts\[0\]: fits 0 of 2/],
    [{ schema: 1, hosts: [{ ...host, more: 1 }] }, /\.more: nothing describes it/],
    [{ schema: 1, hosts: [{ ...host, problem: null }] }, /\.problem: wanted string/],
  ];
  t.strictSame(wrongBy(schema, { schema: 1, hosts: [host] }), []);
  for (const [value, says] of rows) t.match(wrongBy(schema, value).join("\n"), says);
});

t.test("a journal whose evidence an older kmend wrote otherwise is unknown, never zero", async (t) => {
  const [measured] =
    scanMeasurements([ended(0, first, { diagnosis: { verdict: "leaking", switchedOnBy: "both" } })]).get(
      "node-0",
    ) ?? [];
  t.match(measured, { kmemIds: null, idsLeft: null, bootId: null, isWhole: false, isAtLeast: true });
  t.equal(scanMeasurements([ended(0, first, null), ended(1, first, { censored: true })]).size, 0);
});

t.test("a reading is the host's that it was made on, and says no more than it knows", async (t) => {
  const diagnosis = {
    verdict: "leaking",
    switchedOnBy: "both",
    perPod: { memcgIds: 3 },
    leaked: { kmemIds: 7 },
  };
  const measured = (result: object, more: object = {}) =>
    [...scanMeasurements([{ ...ended(0, first, { diagnosis, ...result }), ...more } as Event])].map(
      ([host, readings]) => ({ host, ...readings[0] }),
    )[0];
  t.match(measured({}, { delegate: "elsewhere" }), {
    host: "elsewhere",
    kmemIds: 7,
    mayHoldMoreMemcgIds: true,
  });
  const sure = { ...diagnosis, leaked: { kmemIds: 7, isAtLeast: false, mayHoldMoreMemcgIds: false } };
  t.match(measured({ diagnosis: sure }), { isAtLeast: false, mayHoldMoreMemcgIds: false });

  const booted = (bootId: object) => measured({ evidence: { kernel: { bootId } } })?.bootId;
  t.equal(booted({ value: "b" }), "b");
  t.equal(booted({ value: "b", reason: "it was made up" }), null);

  const churn = (podStarts: object | undefined, more: object = diagnosis) =>
    measured({ diagnosis: more, evidence: { kubelet: { podStarts } } })?.churn;
  const counted = { value: { pods: 5, seconds: 60 } };
  t.strictSame(churn(counted), { pods: 5, seconds: 60, idsPerPod: 3 });
  t.equal(churn(undefined), "kubelet's pods were not counted");
  t.equal(churn({ value: null }), "kubelet's pods were not counted");
  t.equal(churn({ reason: "no access" }), "kubelet's pods can't be counted: no access");
  t.equal(churn(counted, { ...diagnosis, perPod: null }), "what a pod costs is not known");
});

t.test("a host is as it was first read, or as the first that was lost there says", async (t) => {
  const unread = exhaustion(null, scanMeasurements([read(0, first, 1)]).get("node-0")?.[0] as never);
  const failed = (index: number, result: unknown): Event =>
    ({ ...ended(index, second, result), outcome: "failed" }) as Event;
  const hosts = scannedHosts(
    [
      read(0, first, 100),
      read(0, second, 900),
      failed(0, { msg: "later" }),
      failed(1, { msg: "no" }),
      failed(2, null),
    ],
    () => unread,
  );
  t.match(hosts, [
    { host: "node-0", diagnosis: { leaked: { kmemIds: 100 } } },
    { host: "node-1", problem: "failed: no" },
    { host: "node-2", problem: "failed: no message" },
  ]);
});

/** What the module says of a node of this kind on which so many ids leaked, as it comes to the journal. */
function read(index: number, at: string, leaked: number): Event {
  const row = kinds[index % kinds.length];
  if (!row) throw new Error("no such kind");
  const made = evidenceOf(row);
  const evidence: Evidence = {
    ...made,
    kernel: { ...made.kernel, bootId: known(`boot-${index}`, "/proc/sys/kernel/random/boot_id") },
    leakedKmemIds: known(leaked, "slab"),
  };
  return ended(index, at, toJson(kmemEvidence.result?.({ state: evidence } as never) ?? null));
}

function ended(index: number, at: string, result: unknown): Event {
  const end = endsOfReading(name(index), "ok", { result: JSON.parse(JSON.stringify(result)) });
  return { n: index + 1, at, type: "task:ended", ...end };
}

function unreachable(index: number): Event {
  return { ...ended(index, second, { msg: "No route to host" }), outcome: "unreachable" } as Event;
}
