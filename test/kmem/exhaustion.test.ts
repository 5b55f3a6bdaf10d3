/** From two measurements to the day when no id is left, one row a case. */

import t from "tap";
import { type Exhaustion, exhaustion, firstMeasurement, type Measurement } from "../../src/kmem/kmem.ts";

const base: Measurement = {
  at: "2026-11-24T12:00:00.000Z",
  bootId: "b1",
  verdict: "leaking",
  switchedOnBy: "kubelet",
  kmemIds: 1000,
  isWhole: true,
  isAtLeast: false,
  mayHoldMoreMemcgIds: false,
  idsLeft: 61_000,
  churn: "kubelet does not run",
};
/** A day later 5,000 more leaked, and 60,000 are left. */
const dayLater: Measurement = { ...base, at: "2026-11-25T12:00:00.000Z", kmemIds: 6000, idsLeft: 60_000 };

interface Row {
  /** What differs from `base`; null: never measured before. */
  readonly first?: Partial<Measurement> | null;
  /** What differs from `dayLater`. */
  readonly second?: Partial<Measurement>;
  readonly says: string;
  readonly is: Partial<Exhaustion>;
}

const unknown = { kind: "unknown", date: null, secondsLeft: null, certainty: null } as const;
const none = { kind: "none", date: null, secondsLeft: null } as const;

const rows: Readonly<Record<string, Row>> = {
  "5,000 a day and 60,000 left: twelve days": {
    says: "at this rate in 12 days (2026-12-07)",
    is: {
      kind: "dated",
      certainty: "counted",
      idsPerDay: 5000,
      secondsLeft: 12 * 86_400,
      date: "2026-12-07",
      basis: { first: base.at, second: dayLater.at, kmemIds: 5000 },
    },
  },
  "a runtime's leak holds more ids than are counted: no later than that": {
    first: { mayHoldMoreMemcgIds: true },
    second: { mayHoldMoreMemcgIds: true },
    says: "at this rate in 12 days at the latest (2026-12-07)",
    is: { kind: "dated", certainty: "at-the-latest", idsPerDay: 5000 },
  },
  "lower bounds give a rough date, whatever else is hidden": {
    second: { isAtLeast: true, mayHoldMoreMemcgIds: true },
    says: "at this rate in about 12 days (2026-12-07)",
    is: { kind: "dated", certainty: "rough" },
  },
  "a day that is not whole is not promised": {
    second: { idsLeft: 59_999 },
    says: "at this rate in 11 days (2026-12-07)",
    is: { date: "2026-12-07" },
  },
  "the last hours": {
    second: { idsLeft: 1000 },
    says: "at this rate in 4 hours (2026-11-25)",
    is: { secondsLeft: 17_280 },
  },
  "the last minutes": {
    second: { idsLeft: 100 },
    says: "at this rate in less than an hour (2026-11-25)",
    is: { secondsLeft: 1728 },
  },
  "a few ids a day: years": {
    second: { kmemIds: 1030 },
    says: "at this rate in 5 years (2032-05-17)",
    is: { idsPerDay: 30 },
  },
  "one id in a day: no date that a calendar would bear": {
    second: { kmemIds: 1001 },
    says: "at this rate in more than a hundred years",
    is: { kind: "dated", date: null, idsPerDay: 1 },
  },
  "one id in ten years is no invalid date": {
    first: { at: "2016-11-25T12:00:00.000Z" },
    second: { kmemIds: 1001 },
    says: "at this rate in more than a hundred years",
    is: { date: null, idsPerDay: 0 },
  },
  "no id left needs no rate": {
    first: null,
    second: { idsLeft: 0 },
    says: "no id is left",
    is: { kind: "dated", secondsLeft: 0, date: "2026-11-25", basis: null },
  },
  "a rate of zero": {
    second: { kmemIds: 1000 },
    says: "none leaked in 24 hours",
    is: { ...none, idsPerDay: 0 },
  },
  "a rate of zero between lower bounds is no proof": {
    first: { isAtLeast: true },
    second: { kmemIds: 1000, isAtLeast: true },
    says: "none leaked in 24 hours that can be seen, and the count is a lower bound",
    is: unknown,
  },
  "a negative rate": {
    second: { kmemIds: 300 },
    says: "700 ids came back in 24 hours: a reclaim hides the rate",
    is: { ...unknown, idsPerDay: null },
  },
  "a reboot in between": {
    second: { bootId: "b2" },
    says: "another boot id: the node was rebooted in between, which gave every id back, or is another one",
    is: { ...unknown, basis: null },
  },
  "a boot id that nobody could read": {
    first: { bootId: null },
    second: { bootId: null },
    says: "the boot id could not be read: the node may have been rebooted in between",
    is: unknown,
  },
  "never measured before": {
    first: null,
    says: "measured once only: scan again later, or measure twice in one scan with --interval 10m (no estimate: kubelet does not run)",
    is: unknown,
  },
  "never measured before, but kubelet counts its pods": {
    first: null,
    second: { churn: { pods: 50_000, seconds: 30 * 86_400, idsPerPod: 3 } },
    says: "at this rate in about 12 days (2026-12-07), estimated: 50,000 pods in 30 days since kubelet started, 3 ids each",
    is: {
      kind: "dated",
      certainty: "estimated",
      idsPerDay: 5000,
      secondsLeft: 12 * 86_400,
      date: "2026-12-07",
      basis: null,
    },
  },
  "two measurements are better than what kubelet counts": {
    second: { churn: { pods: 50_000, seconds: 86_400, idsPerPod: 3 } },
    says: "at this rate in 12 days (2026-12-07)",
    is: { certainty: "counted", idsPerDay: 5000 },
  },
  "rebooted in between: what kubelet counted since is left": {
    first: { bootId: "b0" },
    second: { churn: { pods: 1, seconds: 7200, idsPerPod: 3 } },
    says: "at this rate in about 4 years (2031-06-19), estimated: 1 pod in 2 hours since kubelet started, 3 ids each",
    is: { kind: "dated", certainty: "estimated", idsPerDay: 36 },
  },
  "kubelet started no pod: no date, and that is an estimate too": {
    first: null,
    second: { churn: { pods: 0, seconds: 3 * 86_400, idsPerPod: 3 } },
    says: "estimated: no pod was started in 3 days since kubelet started",
    is: { ...none, certainty: "estimated", idsPerDay: 0 },
  },
  "kubelet's first hour starts every pod of the node at once": {
    first: null,
    second: { churn: { pods: 40, seconds: 3599, idsPerPod: 3 } },
    says: "measured once only: scan again later, or measure twice in one scan with --interval 10m (no estimate: kubelet started 59 minutes ago: an hour is the least)",
    is: unknown,
  },
  "an estimate needs the ids that are left": {
    first: null,
    second: { kmemIds: 10, idsLeft: null, churn: { pods: 40, seconds: 7200, idsPerPod: 3 } },
    says: "measured once only: scan again later, or measure twice in one scan with --interval 10m (no estimate: the ids left could not be counted)",
    is: unknown,
  },
  "a minute but for a millisecond": {
    first: { at: "2026-11-25T11:59:00.001Z" },
    says: "measured 59 seconds apart: too short an interval, a minute is the least",
    is: unknown,
  },
  "a minute": {
    first: { at: "2026-11-25T11:59:00.000Z" },
    second: { kmemIds: 1010 },
    says: "at this rate in 4 days (2026-11-29)",
    is: { idsPerDay: 14_400 },
  },
  "a clock that went back": {
    first: { at: "2026-11-26T12:00:00.000Z" },
    says: "the controller's clock went back in between",
    is: unknown,
  },
  "no count at first": {
    first: { kmemIds: null },
    says: "the leaked ids could not be counted both times",
    is: unknown,
  },
  "no count now": {
    second: { kmemIds: null, idsLeft: null },
    says: "the leaked ids could not be counted",
    is: unknown,
  },
  "a slab directory that was cut short": {
    second: { isWhole: false, isAtLeast: true },
    says: "the slab directory was not read to its end both times: two such lower bounds have no difference",
    is: unknown,
  },
  "ids left that could not be counted: the rate is there": {
    second: { idsLeft: null },
    says: "there is a rate, but the ids left could not be counted",
    is: { ...unknown, idsPerDay: 5000 },
  },
  "changed in between: the rate is not today's": {
    first: { switchedOnBy: "both" },
    says: "the node was changed in between: it was leaking (by both) at first",
    is: unknown,
  },
  "clean, though leftovers leaked": {
    second: { verdict: "clean" },
    says: "a new pod costs nothing",
    is: none,
  },
  "not affected, whatever was counted": {
    second: { verdict: "not-affected", idsLeft: 0 },
    says: "the node is not affected",
    is: none,
  },
};

for (const [name, { first, second, says, is }] of Object.entries(rows))
  t.test(name, async (t) => {
    const result = exhaustion(first === null ? null : { ...base, ...first }, { ...dayLater, ...second });
    t.equal(result.says, says);
    t.match(result, is);
  });

const at = (time: string, more: Partial<Measurement> = {}): Measurement => ({
  ...base,
  at: `2026-11-25T${time}:00.000Z`,
  ...more,
});
const chosen: Readonly<Record<string, readonly [earlier: readonly Measurement[], at: string | null]>> = {
  "none where there is none": [[], null],
  "the newest that is an hour older": [[at("08:00"), at("10:50"), at("11:30")], "10:50"],
  "where none is an hour older, the oldest": [[at("11:40"), at("11:20"), at("11:50")], "11:20"],
  "one of this boot before one of another": [[at("08:00", { bootId: "b0" }), at("11:20")], "11:20"],
  "where none can be compared, the newest": [
    [at("10:00", { bootId: "b0" }), at("08:00", { bootId: "a" })],
    "10:00",
  ],
  "none from the future": [[at("13:00")], null],
};

for (const [name, [earlier, time]] of Object.entries(chosen))
  t.test(`the measurement to compare with: ${name}`, async (t) =>
    t.equal(firstMeasurement(earlier, dayLater)?.at.slice(11, 16) ?? null, time),
  );
