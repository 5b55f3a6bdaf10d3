/** How far back a scan looks for a measurement to compare with. */

import t from "tap";
import { earlierMeasurements, needsRate } from "../../src/cli/scan-earlier.ts";
import type { Event, RecordedRun, Store } from "../../src/journal/journal.ts";
import type { Measurement } from "../../src/kmem/kmem.ts";
import { madeUpEnds, madeUpTask } from "../report/recorded.ts";

const now: Measurement = {
  at: "2026-11-25T12:00:00.000Z",
  bootId: "b1",
  verdict: "leaking",
  switchedOnBy: "kubelet",
  kmemIds: 100,
  isWhole: true,
  isAtLeast: false,
  mayHoldMoreMemcgIds: false,
  churn: "kubelet's pods were not counted",
  idsLeft: 60_000,
};

/** A run is named after the time at which it measured `app-1`. */
const times = Array.from({ length: 40 }, (_, index) =>
  new Date(Date.parse(now.at) - (index + 1) * 600_000).toISOString(),
);

const rows: Readonly<Record<string, readonly [now: Partial<Measurement>, boot: string, runsRead: number]>> = {
  "no run where nothing leaks": [{ verdict: "clean" }, "b1", 0],
  "no run where the ids could not be counted": [{ kmemIds: null }, "b1", 0],
  "no further than the first run that is an hour older": [{}, "b1", 6],
  "thirty runs where none of them can be compared": [{}, "b0", 30],
};

t.test("an estimate by kubelet's pods does not keep from looking for a better rate", async (t) => {
  t.ok(needsRate({ ...now, churn: { pods: 100, seconds: 7200, idsPerPod: 3 } }));
});

for (const [name, [more, boot, runsRead]] of Object.entries(rows))
  t.test(`it reads ${name}`, async (t) => {
    const read: string[] = [];
    const earlier = await earlierMeasurements(
      storeOf(boot, read),
      new Map([["app-1", [{ ...now, ...more }]]]),
    );
    t.strictSame(read, times.slice(0, runsRead));
    t.equal(earlier.get("app-1")?.length ?? 0, runsRead);
  });

function storeOf(boot: string, read: string[]): Pick<Store, "ids" | "read"> {
  return {
    ids: async () => times,
    read: async (run): Promise<RecordedRun> => {
      read.push(run);
      return { run, folder: "", damage: [], writer: null, events: [measured(run, boot)] };
    },
  };
}

function measured(at: string, boot: string): Event {
  const end = madeUpEnds(madeUpTask(1, "Read the evidence", "kmend.kmem.evidence"))("app-1", "ok", {
    result: {
      evidence: {
        kernel: { bootId: { value: boot, source: "boot_id" } },
        slab: { value: { isWhole: true } },
      },
      diagnosis: {
        verdict: "leaking",
        switchedOnBy: "kubelet",
        idsLeft: 60_000,
        leaked: { kmemIds: 90, isAtLeast: false, mayHoldMoreMemcgIds: false },
      },
    },
  });
  return { n: 1, at, type: "task:ended", ...end };
}
