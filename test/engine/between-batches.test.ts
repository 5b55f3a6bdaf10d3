/** Whoever watches a run is told of each batch before it begins, and may end it there. */

import t from "tap";
import type { NextBatch, World } from "../../src/engine/engine.ts";
import { workplace } from "./local-run.ts";

const play = `
- name: Mend
  hosts: all
  gather_facts: false
  serial: 2
  tasks:
    - copy: {content: new, dest: "DIR/{{ inventory_hostname }}"}
`;

t.test("each batch waits for whoever watches, and the run can go on later", async (t) => {
  const place = workplace(t);
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
    { play: "Mend", number: 1, of: 3, hosts: ["a", "b"] },
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

t.test("the first batch of the next play waits, too", async (t) => {
  const place = workplace(t);
  const asked: string[] = [];
  const stopped = new AbortController();
  const betweenBatches = async ({ play: name, number }: NextBatch): Promise<void> => {
    asked.push(`${name} ${number}`);
    if (name === "Prove") stopped.abort("stopped");
  };
  const prove = "- {name: Prove, hosts: all, gather_facts: false, tasks: [{ping: }]}";
  const { outcome, events } = await place.run(`${play}${prove}\n`, ["a", "b", "c"], (world) => ({
    ...world,
    betweenBatches,
    stop: { ...world.stop, soft: stopped.signal },
  }));
  t.strictSame(asked, ["Mend 1", "Mend 2", "Prove 1"]);
  t.equal(outcome.exitCode, 99);
  t.notOk(events.some((event) => event.type === "task:started" && event.task.name === "ping"));
});
