/**
 * A host fails in the middle of a script: its ssh session is killed, it reboots, freezes, its disk fills up, its link is cut. The
 * run ends soon, by itself, with the right message and exit code; the other host goes on. Or the controller's journal takes no more:
 * the run ends, too. Then, the fault being gone: a resume ends as an undisturbed run, and a rollback ends in the state before.
 *
 * Here with some of the places in which a script can be hit; with every one of them by `npm run test:torture`.
 * KMEND_TORTURE=17:freeze,30:reboot tries just these.
 */

import { globSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { whatIsMissing } from "../../src/lab/lab.ts";
import { type Ended, kmend, lastRun, notForUsers, startKmend } from "../cli/kmend.ts";
import { raiseLab, type TestLab } from "../lab/with-lab.ts";
import { type Fault, faults, type Stricken, stricken } from "./faults.ts";
import { Gate } from "./gate.ts";
import { look, prepare, recap, withoutCount } from "./hosts.ts";
import { Link } from "./link.ts";

t.setTimeout(7_000_000);

const wish = process.env["KMEND_TORTURE"] ?? "";
const playbook = join(import.meta.dirname, "crash.yml");
const hosts = [stricken, "clean-2"];

class Scene implements Stricken {
  readonly lab: TestLab;
  readonly gate: Gate;
  readonly link: Link;
  readonly #inventory: string;
  constructor(lab: TestLab, given: { readonly gate: Gate; readonly link: Link; readonly inventory: string }) {
    this.lab = lab;
    this.gate = given.gate;
    this.link = given.link;
    this.#inventory = given.inventory;
  }
  get #how(): { cwd: string; env: Record<string, string> } {
    return { cwd: this.lab.state, env: { KMEND_STATE: this.lab.state } };
  }
  get argv(): string[] {
    // The disk that fills up is small, and in memory: with room for what is to be kept, and no more.
    return ["run", "-i", this.#inventory, "--skip-pre-flight", playbook];
  }
  kmend(...argv: string[]): Promise<Ended> {
    return kmend(argv, this.#how);
  }
  /** Runs into the fault at that call, and takes the fault away. */
  async hit(t: Test, call: number, fault: Fault): Promise<void> {
    this.gate.arm(call);
    const run = startKmend(this.argv, this.#how);
    t.ok(await this.gate.holds(run.ended), "a script is under way");
    const since = Date.now();
    await fault.strike(this);
    const pages = this.#journalPages();
    const { code, stdout, stderr } = await run.ended;
    const took = Date.now() - since;
    t.ok(took < fault.limitMs, `it ends by itself, after ${took} ms`);
    // A full disk takes what fits into the last page that the journal has already: near the run's end that may be all.
    const hasRoom = fault.isOurs === true && code === 0;
    if (hasRoom) t.equal(this.#journalPages(), pages, "it wrote no more than there was room for");
    else {
      t.ok(fault.codes.includes(code ?? -1), `exit code ${code}: ${stdout}${stderr}`);
      t.match(stdout + stderr, fault.says);
    }
    t.notMatch(stdout + stderr, notForUsers);
    const verified = await this.kmend("show", "last", "--verify");
    if (fault.isOurs && !hasRoom) t.match(verified.stdout + verified.stderr, /as they were written|was torn/);
    else {
      const said = stdout.match(/clean-1\]: UNREACHABLE!/g)?.length ?? 0;
      t.equal(said, fault.codes.includes(4) ? 1 : 0, "one message");
      t.match(stdout, /clean-2 +: .*unreachable=0 +failed=0/, "the other host went on");
      t.equal(verified.code, 0, verified.stdout + verified.stderr);
    }
    await fault.mend(this);
    if (!fault.isOurs || hasRoom) t.equal(lastRun(this.lab.state).at(-1)?.type, "run:ended");
  }
  #journalPages(): number {
    const [journal = ""] = globSync(join(this.lab.state, "runs/*/journal.jsonl"));
    return Math.ceil(statSync(journal).size / 4096);
  }
  async looks(): Promise<readonly string[]> {
    return Promise.all(hosts.map(async (host) => (await new Gate(this.lab, host).exec(look)).stdout));
  }
}

t.test("a host fails in the middle", { skip: whatIsMissing() ?? false, timeout: 7_000_000 }, async (t) => {
  const lab = await raiseLab(t, { nodes: { app_nodes: 0, compute_nodes: 0, clean_nodes: 2, both_nodes: 0 } });
  const scene = await sceneIn(t, lab);
  const { gate } = scene;

  const before = await scene.looks();
  gate.arm(0);
  const whole = await scene.kmend(...scene.argv);
  gate.open();
  t.equal(whole.code, 0, whole.stdout + whole.stderr);
  const done = await scene.looks();
  const calls = gate.calls();
  t.comment(`${calls.length} calls`);
  t.equal((await scene.kmend("rollback", "last")).code, 0);
  t.strictSame(await scene.looks(), before, "undisturbed, it goes back");

  async function resumes(t: Test): Promise<void> {
    const resumed = await scene.kmend("resume", "last", "--in-flight", "retry", "--retry-failed");
    t.equal(resumed.code, 0, resumed.stdout + resumed.stderr);
    t.strictSame(recap(resumed), recap(whole), "the recap of an undisturbed run");
    const looks = withoutCount(await scene.looks());
    t.strictSame(looks, withoutCount(done), "the hosts as after an undisturbed run");
  }

  async function goesBack(t: Test, name: string): Promise<void> {
    const back = await scene.kmend("rollback", "last");
    t.equal(back.code, 0, back.stdout + back.stderr);
    t.strictSame(await scene.looks(), before, name);
  }

  for (const [call, name, isResumed] of hits(calls.length)) {
    const fault = faults[name];
    if (!fault) throw new Error(`no such fault: ${name}`);
    const then = isResumed ? "resumed" : "rolled back";
    await t.test(`${name} at call ${call}, ${then}: ${calls[call - 1]}`, async (t) => {
      await fault.prepare?.(scene);
      await scene.hit(t, call, fault);
      if (isResumed) await resumes(t);
      await goesBack(t, isResumed ? "resumed, it goes back" : "not resumed, it goes back");
      await fault.clear?.(scene);
      for (const host of hosts) await new Gate(lab, host).exec("rm -rf /var/lib/kmend/*");
      rmSync(join(lab.state, "runs"), { recursive: true, force: true });
    });
  }
});

/** The call, the fault, and whether a resume comes before the rollback. */
type Hit = readonly [number, string, boolean];

function hits(last: number): Hit[] {
  if (wish.includes(":")) return wish.split(",").flatMap(hitsNamed);
  const names = Object.keys(faults);
  const calls = Array.from({ length: last }, (_, index) => index + 1);
  if (wish === "whole") return calls.flatMap((call) => names.flatMap((name) => hitsNamed(`${call}:${name}`)));
  // Each fault once, each in another part of the playbook; every other one is resumed.
  return names.map((name, index) => [
    Math.ceil(((index + 0.5) * last) / names.length),
    name,
    index % 2 === 0,
  ]);
}

function hitsNamed(name: string): Hit[] {
  const [call, fault = ""] = name.split(":");
  if (!(fault in faults)) return []; // crash.test.ts knows it
  return [true, false].map((isResumed) => [Number(call), fault, isResumed]);
}

/** The stricken host is reached by way of a link that can be cut. */
async function sceneIn(t: Test, lab: TestLab): Promise<Scene> {
  const link = new Link(lab, stricken);
  t.teardown(() => link.close());
  await link.open();
  const path = join(lab.state, "linked.yml");
  writeFileSync(path, link.inventory(readFileSync(lab.inventory, "utf8")));
  const gate = new Gate(lab, stricken);
  await gate.build();
  for (const host of hosts) await new Gate(lab, host).exec(prepare);
  return new Scene(lab, { gate, link, inventory: path });
}
