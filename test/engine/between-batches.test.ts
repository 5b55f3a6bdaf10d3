/** Whoever watches a run is asked before each batch but the first, and may end it there. */

import t from "tap";
import type { NextBatch, World } from "../../src/engine/engine.ts";
import { Workplace } from "./local-run.ts";

const play = `
- name: Mend
  hosts: all
  gather_facts: false
  serial: 2
  tasks:
    - copy: {content: new, dest: "DIR/{{ inventory_hostname }}"}
`;

t.test("each batch but the first waits for whoever watches, and the run can go on later", async (t) => {
  const place = new Workplace();
  t.teardown(() => place.remove());
  const asked: NextBatch[] = [];
  const watchedBy =
    (mayBegin: (next: NextBatch) => boolean) =>
    (world: World): World => {
      const stopped = new AbortController();
      const betweenBatches = async (next: NextBatch): Promise<void> => {
        asked.push(next);
        if (!mayBegin(next)) stopped.abort("stopped");
      };
      return { ...world, betweenBatches, stop: { ...world.stop, soft: stopped.signal } };
    };
  const hosts = ["a", "b", "c", "d", "e"];
  const { outcome, events } = await place.run(
    play,
    hosts,
    watchedBy(({ number }) => number < 3),
  );
  t.strictSame(asked, [
    { play: "Mend", number: 2, of: 3, hosts: ["c", "d"] },
    { play: "Mend", number: 3, of: 3, hosts: ["e"] },
  ]);
  t.equal(outcome.exitCode, 99);
  t.match(
    events.find(({ type }) => type === "run:cut-short"),
    { done: ["a", "b", "c", "d"], untouched: ["e"], goOn: "resume" },
  );
  asked.length = 0;
  const again = await place.resume(
    events,
    hosts,
    {},
    undefined,
    watchedBy(() => true),
  );
  t.equal(again.outcome.exitCode, 0);
  t.strictSame(
    asked.map(({ number }) => number),
    [3],
    "what has begun is not asked about again",
  );
});
