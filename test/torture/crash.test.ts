/**
 * The controller is killed with SIGKILL right after an event of its journal, and halfway through the writing of one. Then, on real
 * hosts: a resume ends as an undisturbed run, and a rollback ends in the state before.
 *
 * Here with some of the events; with every one of them by `npm run test:torture`. KMEND_TORTURE=166:torn,20:after tries just these.
 */

import { rmSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import type { Event } from "../../src/journal/journal.ts";
import { execOnNode, whatIsMissing } from "../../src/lab/lab.ts";
import { type Ended, kmend, lastRun } from "../cli/kmend.ts";
import { raiseLab, type TestLab } from "../lab/with-lab.ts";
import { type Crash, crashing } from "./crashing.ts";
import { look, prepare, recap, withoutCount } from "./hosts.ts";

const wish = process.env["KMEND_TORTURE"] ?? "";
const samples = 4;
const playbook = join(import.meta.dirname, "crash.yml");
const hosts = ["clean-1", "clean-2", "clean-3"];

t.test("killed at an event", { skip: whatIsMissing() ?? false, timeout: 7_000_000 }, async (t) => {
  const lab = await raiseLab(t, { nodes: { app_nodes: 0, compute_nodes: 0, clean_nodes: 3, both_nodes: 0 } });
  for (const host of hosts) await execOnNode(lab, host, prepare);
  const scene = new Scene(lab);

  const before = await scene.looks();
  const whole = await scene.kmend("run", "-i", lab.inventory, playbook);
  t.equal(whole.code, 0, whole.stdout + whole.stderr);
  const after = await scene.looks();
  t.notSame(after, before);
  const last = scene.events().length;
  t.equal((await scene.kmend("rollback", "last")).code, 0);
  t.strictSame(await scene.looks(), before, "undisturbed, it goes back");
  t.comment(`${last} events`);

  for (const crash of crashes(last)) {
    const name = `${crash.how === "after" ? "right after" : "in the middle of"} event ${crash.at}`;
    await t.test(name, async (t) => {
      const known = await dies(t, scene, crash);
      const resumed = await scene.kmend("resume", "last", "--in-flight", "retry");
      t.equal(resumed.code, 0, resumed.stdout + resumed.stderr);
      t.strictSame(recap(resumed), recap(whole), "the recap of an undisturbed run");
      t.strictSame(
        withoutCount(await scene.looks()),
        withoutCount(after),
        "the hosts as after an undisturbed run",
      );
      t.strictSame(repeated(scene.events(), known), [], "nothing that was recorded as done is done again");
      const back = await scene.kmend("rollback", "last");
      t.equal(back.code, 0, back.stdout + back.stderr);
      t.strictSame(await scene.looks(), before, "resumed, it goes back");

      await dies(t, scene, crash);
      const straight = await scene.kmend("rollback", "last");
      t.equal(straight.code, 0, straight.stdout + straight.stderr);
      t.strictSame(await scene.looks(), before, "not resumed, it goes back");
      // A host that is not told to forget would be full one day.
      for (const host of hosts) await execOnNode(lab, host, "rm -rf /var/lib/kmend/*");
      rmSync(join(lab.state, "runs"), { recursive: true });
    });
  }
});

/** The first event begins the run; after the last nothing is left to die in. */
function crashes(last: number): Crash[] {
  const all = Array.from({ length: last - 2 }, (_, index) => index + 2);
  if (wish.includes(":")) return wish.split(",").flatMap(crashNamed);
  const step = wish === "whole" ? 1 : Math.floor(all.length / samples);
  // Other events for each series, and other ones with every change of the playbook.
  return (["after", "torn"] as const).flatMap((how, series) =>
    all.filter((_, index) => (index + series * 3) % step === 0).map((at) => ({ at, how })),
  );
}

/** None where it is a fault of host-faults.test.ts. */
function crashNamed(name: string): Crash[] {
  const [at, how] = name.split(":");
  return how === "torn" || how === "after" ? [{ at: Number(at), how }] : [];
}

class Scene {
  readonly #lab: TestLab;
  constructor(lab: TestLab) {
    this.#lab = lab;
  }
  get how(): { cwd: string; env: Record<string, string> } {
    return { cwd: this.#lab.state, env: { KMEND_STATE: this.#lab.state } };
  }
  kmend(...argv: string[]): Promise<Ended> {
    return kmend(argv, this.how);
  }
  crash(crash: Crash): Promise<Ended> {
    return crashing(["run", "-i", this.#lab.inventory, playbook], this.how, crash);
  }
  async looks(): Promise<readonly string[]> {
    const ends = await Promise.all(hosts.map((host) => execOnNode(this.#lab, host, look)));
    return ends.map(({ stdout }) => stdout);
  }
  events(): readonly Event[] {
    return lastRun(this.#lab.state);
  }
}

/** @returns the changes whose end is on record */
async function dies(t: Test, scene: Scene, crash: Crash): Promise<ReadonlySet<string>> {
  t.equal((await scene.crash(crash)).signal, "SIGKILL");
  return doneIn(scene.events());
}

/** Host, task and item of each change that was applied. */
function doneIn(events: readonly Event[]): Set<string> {
  const applied = new Set(events.flatMap((event) => (event.type === "change:applied" ? [event.change] : [])));
  return new Set(changesOf(events, (change) => applied.has(change)));
}

function changesOf(events: readonly Event[], isMeant: (change: string) => boolean): string[] {
  return events.flatMap((event) =>
    event.type === "change:recorded" && isMeant(event.change)
      ? [JSON.stringify([event.host, event.task.id, event.item ?? null])]
      : [],
  );
}

/** What was done before and recorded a second time. */
function repeated(events: readonly Event[], known: ReadonlySet<string>): string[] {
  const counts = new Map<string, number>();
  for (const change of changesOf(events, () => true)) counts.set(change, (counts.get(change) ?? 0) + 1);
  return [...known].filter((change) => (counts.get(change) ?? 0) > 1);
}
