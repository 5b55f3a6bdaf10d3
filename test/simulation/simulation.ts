/**
 * One seed: hosts, a playbook and everything that goes wrong are decided by it.
 *
 * The run is followed by what an operator would do: where kmend died, a resume or a rollback; those may be disturbed and die as
 * well. The last rollback is undisturbed, and after it every host must be what it was, but for what was named.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  type EngineOptions,
  type RunOutcome,
  resumeRun,
  rollbackRun,
  runPlaybooks,
  type World,
} from "../../src/engine/engine.ts";
import { Inventory } from "../../src/inventory/inventory.ts";
import type { Event, Json } from "../../src/journal/journal.ts";
import { findModule } from "../../src/modules/modules.ts";
import { loadPlaybook } from "../../src/playbook/playbook.ts";
import { Dict } from "../../src/template/template.ts";
import { Chance } from "./chance.ts";
import {
  declinedIsLeftOut,
  exitCodeIsTrue,
  hasWholeJournal,
  nothingIsDoneTwice,
  recapIsTrue,
  stopsWhereItSays,
  takesBackWhomItShould,
} from "./laws.ts";
import { MemoryJournal } from "./memory-journal.ts";
import { type Fault, faults, modelConnector, type User } from "./model-connector.ts";
import { ModelHost } from "./model-host.ts";
import { modelCatalogue } from "./model-modules.ts";
import { firstCells, randomPlaybook } from "./random-playbook.ts";
import type { Understood } from "./statements.ts";
import { Stuck, VirtualTime } from "./virtual-time.ts";

export interface Simulated {
  readonly seed: number;
  /** A sentence each; empty: all laws hold. */
  readonly broken: readonly string[];
  /** The playbook and what happened, for people. */
  story(): readonly string[];
  /** How much was tried. */
  readonly tried: { readonly processes: number; readonly scripts: number; readonly faults: number };
}

/** Runs one seed, always in the same way. @param isStepped somebody is asked before each task */
export async function simulate(seed: number, isStepped = false): Promise<Simulated> {
  const simulation = new Simulation(seed, isStepped);
  try {
    await simulation.live();
  } catch (error) {
    if (error instanceof Error) simulation.say(`✖ ${error instanceof Stuck ? error.message : error.stack}`);
    simulation.broken.push(`it threw: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { broken, tried } = simulation;
  return { seed, broken, story: () => simulation.story.map((line) => line()), tried };
}

let made: string | null = null;

/** One for all seeds of this process, gone when it ends. */
function folder(): string {
  if (made) return made;
  const path = mkdtempSync(join(tmpdir(), "kmend-simulation-"));
  process.once("exit", () => rmSync(path, { recursive: true, force: true }));
  made = path;
  return path;
}

/** What disturbs one process of kmend. */
interface Disturbance {
  readonly faultOneIn: number;
  readonly kinds: readonly Fault[];
  /** It dies right after its event of this number; null: it does not. */
  readonly diesAfter: number | null;
  /** When Ctrl-C is pressed, in ms after the beginning: once, twice, or not at all. */
  readonly stopsAt: readonly number[];
  /** The operator mistypes the password. */
  readonly isMistyped: boolean;
}

/** Faults in so many scripts: a rollback has few, and what its faults leave is what is hardest to take back. */
const often = [0, 25, 10, 5, 3];
const calm: Disturbance = { faultOneIn: 0, kinds: [], diesAfter: null, stopsAt: [], isMistyped: false };

interface Ended {
  readonly outcome: RunOutcome | null;
  readonly journal: MemoryJournal;
  /** As it can be read back. */
  readonly events: readonly Event[];
  readonly disk: string;
}

type Act = (world: World, journal: MemoryJournal) => Promise<RunOutcome>;

class Simulation {
  readonly broken: string[] = [];
  /** Put into words only when somebody wants to read it. */
  readonly story: (() => string)[] = [];
  readonly tried = { processes: 0, scripts: 0, faults: 0 };
  readonly #chance: Chance;
  /** What the operator answers; null: nobody asks. Its own, so that nothing else of a seed is another for it. */
  readonly #answers: Chance | null;
  readonly #time = new VirtualTime();
  readonly #hosts = new Map<string, ModelHost>();
  readonly #first = new Map<string, Record<string, string>>();
  readonly #playbook = join(folder(), "play.yml");
  readonly #text: string;
  readonly #forks: number;
  readonly #login: User;
  /** Changes of which a host lied, by host and folder. */
  readonly #lies = new Set<string>();
  /** Hosts of which somebody else has or had the lock. */
  readonly #stolen = new Set<string>();
  /** Cells that somebody else changed after the run, by host. */
  readonly #theirs = new Set<string>();
  /** Cells of which a lie cannot be found out, by host. */
  readonly #unseen = new Set<string>();
  /** Cells that were touched, by change's folder. */
  readonly #touched = new Map<string, Set<string>>();

  constructor(seed: number, isStepped: boolean) {
    this.#chance = new Chance(seed);
    this.#answers = isStepped ? new Chance(seed + 500_000) : null;
    const names = Array.from({ length: this.#chance.between(1, 5) }, (_, index) => `h${index + 1}`);
    for (const name of names) {
      const host = new ModelHost(name);
      for (const [cell, value] of firstCells(this.#chance)) host.cells.set(cell, value);
      this.#hosts.set(name, host);
      this.#first.set(name, host.look());
    }
    const files = randomPlaybook(this.#chance, names);
    this.#forks = this.#chance.pick([1, 2, 50]);
    this.#login = this.#chance.pick(["root", "admin"]);
    for (const host of this.#hosts.values()) if (this.#chance.oneIn(2)) host.password = password;
    for (const [name, each] of files) writeFileSync(join(folder(), name), each);
    const text = [...files].map(([name, each]) => `${name}: ${each}`).join("");
    this.#text = text;
    this.story.push(
      () => `seed ${seed}, hosts ${names.join(" ")}, forks ${this.#forks}, as ${this.#login}`,
      () => text,
    );
  }

  say(line: string | (() => string)): void {
    const { now } = this.#time;
    this.story.push(() => {
      const seconds = ((now - Date.UTC(2026, 0, 1)) / 1000).toFixed(3).padStart(9);
      return `${seconds}  ${typeof line === "string" ? line : line()}`;
    });
  }

  async live(): Promise<void> {
    this.#lockSome();
    let run = await this.#process("run", this.#disturbance(), this.#run());
    for (let tries = 0; tries < 2 && this.#chance.oneIn(2) && this.#isResumable(run); tries += 1)
      run = await this.#resume(run);
    const rollbacks: Ended[] = [];
    if (run.events.length === 0) return;
    for (let tries = 0; tries < 2 && this.#chance.oneIn(2); tries += 1)
      rollbacks.push(await this.#rollback(run, rollbacks, this.#disturbance(often)));
    this.#heal();
    for (const host of this.#hosts.values()) host.forgetLocks();
    if (rollbacks.length === 0 && this.#chance.oneIn(6)) this.#editSome(run.events);
    const before = new Map([...this.#hosts].map(([name, host]) => [name, host.look()]));
    const last = await this.#rollback(run, rollbacks, calm);
    this.#checkRestored(run, last);
    if (rollbacks.length === 0 && this.#chance.oneIn(2))
      this.#checkBrought(run, before, await this.#rollback(last, [], calm));
  }

  /** Somebody else works where the run has worked. */
  #editSome(events: readonly Event[]): void {
    const { sound, unsound } = this.#cellsOf(events);
    for (const at of sound) {
      const [host = "", cell = ""] = at.split(" ");
      if (unsound.has(at) || !cell.startsWith("file:") || !this.#chance.oneIn(2)) continue;
      this.#hosts.get(host)?.cells.set(cell, "theirs");
      this.#theirs.add(at);
      this.say(`somebody else changes ${cell} on ${host}`);
    }
  }

  /** Cells that changes which are known to be whole brought about, and those that others had a part in, by host. */
  #cellsOf(events: readonly Event[]): {
    readonly sound: ReadonlySet<string>;
    readonly unsound: ReadonlySet<string>;
  } {
    const applied = new Set(
      events.flatMap((event) => (event.type === "change:applied" ? [event.change] : [])),
    );
    // Whether it was taken back or not, a failure's rollback may have been at it when kmend died.
    const isGivenUp = (change: Event & { readonly for: string }): boolean =>
      events.some(
        (event) =>
          event.type === "rollback:started" && event.n > change.n && event.hosts.includes(change.for),
      );
    const [sound, unsound] = [new Set<string>(), new Set<string>()];
    for (const event of events) {
      if (event.type !== "change:recorded") continue;
      const isLie = this.#lies.has(`${event.host} ${event.save}`);
      const isSound = applied.has(event.change) && !isGivenUp(event) && !isLie;
      for (const cell of cellsOf(event.changes)) (isSound ? sound : unsound).add(`${event.host} ${cell}`);
    }
    return { sound, unsound };
  }

  /** Another controller has a host, or had it. */
  #lockSome(): void {
    if (!this.#chance.oneIn(12)) return;
    const host = this.#chance.pick([...this.#hosts.values()]);
    const isAlive = this.#chance.oneIn(2);
    const owner = ["20260101-000000-000", "somebody@else", "then", "run"];
    const beatMs = this.#time.now + (isAlive ? 1_000_000_000 : -120_000);
    host.locksIn(rootFolder).breakFor({ token: "another", owner, pid: null }, beatMs);
    this.#stolen.add(host.name);
    this.say(`${host.name} is locked by another run, ${isAlive ? "alive" : "long silent"}`);
  }

  #heal(): void {
    this.#time.runFor(300_000);
    for (const host of this.#hosts.values()) host.downUntil = 0;
  }

  #disturbance(rates: readonly number[] = [0, 60, 25, 10, 5]): Disturbance {
    const chance = this.#chance;
    const stopAt = chance.between(1, 4000);
    const stops = chance.oneIn(8)
      ? [stopAt, ...(chance.oneIn(2) ? [stopAt + chance.between(1, 3000)] : [])]
      : [];
    return {
      faultOneIn: chance.pick(rates),
      // Of all that can go wrong this is what most depends on what happens elsewhere.
      kinds: chance.oneIn(5) ? ["late"] : faults.filter(() => chance.oneIn(2)),
      diesAfter: chance.oneIn(3) ? chance.between(1, chance.pick([10, 40, 120])) : null,
      stopsAt: stops,
      isMistyped: chance.oneIn(12),
    };
  }

  /** Runs until it ends, or dies. */
  async #process(
    command: "run" | "rollback" | "resume",
    disturbance: Disturbance,
    act: Act,
    before?: { readonly run: string; readonly disk: string; readonly blobs: Map<string, Uint8Array> },
  ): Promise<Ended> {
    this.tried.processes += 1;
    const [time, chance] = [this.#time, this.#chance];
    let isAlive = true;
    const given = { time, chance, isAlive: () => isAlive };
    const run = before?.run ?? `2026${String(this.tried.processes).padStart(4, "0")}-000000-${command}`;
    const journal = before
      ? new MemoryJournal(run, given, { text: before.disk, blobs: before.blobs })
      : new MemoryJournal(run, given);
    let written = 0;
    const isDead = (): boolean => disturbance.diesAfter !== null && written >= disturbance.diesAfter;
    let isRollingBack = command === "rollback";
    const batch = new Set<string>();
    // A resume goes on with a rollback that had begun, and does not say so again.
    const isTakenBack = (host: string): boolean =>
      journal.events.some((event) => event.type === "rollback:started" && event.hosts.includes(host));
    journal.journal.subscribe((event) => {
      written += 1;
      this.say(() => told(event));
      if (event.type === "batch:started") {
        batch.clear();
        for (const host of event.hosts) batch.add(host);
      }
      if (event.type === "rollback:started") isRollingBack = true;
      if (event.type === "rollback:ended") isRollingBack = command === "rollback";
      if (isDead()) isAlive = false;
    });
    const stops = disturbance.stopsAt.map(() => new AbortController());
    const [soft = new AbortController(), hard = new AbortController()] = stops;
    disturbance.stopsAt.forEach((ms, index) => {
      time.at(ms, () => {
        if (!isAlive) return;
        this.say(`Ctrl-C, ${index === 0 ? "once" : "twice"}`);
        stops[index]?.abort("SIGINT");
      });
    });
    let token = "";
    const connector = modelConnector({
      hosts: this.#hosts,
      time,
      chance,
      login: this.#login,
      faultOneIn: disturbance.faultOneIn,
      kinds: disturbance.kinds,
      isAlive: () => isAlive,
      onTouch: (name, { cell, save }) => this.#checkTouch(journal, { name, cell, save, token }),
      onDoubled: (host, script, once, twice) => {
        // What only makes room for a transfer finds it made, and says so: it may be somebody else's.
        const isWork = (script.form === "change" || script.form === "revert") && script.act.length > 0;
        if (isWork && once.code !== twice.code)
          this.broken.push(
            `${host}: a ${script.form} that is done twice ends with ${twice.code}: ${twice.stderr}`,
          );
      },
      onScript: (host, script, fault) => {
        if (script.form === "lock") token = script.token;
        if (fault === "stolen") this.#stolen.add(host);
        this.tried.scripts += 1;
        if (fault) this.tried.faults += 1;
        if (fault) this.say(`  ${host}: ${script.form}: ${fault}`);
        this.#noteLie(host, script, fault);
        const isTask = script.form !== "lock" && script.form !== "beat" && script.form !== "release";
        if (
          isTask &&
          isAlive &&
          !isRollingBack &&
          !batch.has(host) &&
          !isTakenBack(host) &&
          !this.#isDelegate(host)
        )
          this.broken.push(`${host} was touched outside of its batch: ${JSON.stringify(script)}`);
      },
    });
    const inFlight = chance.pick(["retry", "skip", "fail"] as const);
    // What was taken for done by the operator's word is no more sure than what a host says.
    if (inFlight === "skip") this.#trustNone(journal.events);
    const world: World = {
      inventory: this.#inventory(),
      connector,
      journal: journal.journal,
      catalogue: modelCatalogue(findModule),
      about: { kmend: "simulated", command, options: {} },
      stop: { soft: soft.signal, hard: hard.signal },
      clock: time.clock(() => isAlive),
      random: chance.next,
      ...this.#asked(),
      options: {
        ...options,
        // A resume is stepped through by whoever begins it, or by nobody.
        step: command !== "rollback" && this.#answers !== null && !this.#answers.oneIn(3),
        forks: this.#forks,
        inFlight,
        become: { ...options.become, password: disturbance.isMistyped ? `${password}?` : password },
      },
    };
    this.say(`kmend ${command} ${run}`);
    const outcome = await time.pass(act(world, journal), () => !isAlive);
    const hasEnded = isAlive;
    if (!hasEnded) this.say("kmend dies");
    isAlive = false;
    time.forget();
    // Whoever goes on does so at once, or has looked at it first.
    time.runFor(chance.pick([60, 60, 3000, 30_000]));
    const disk = hasEnded ? journal.text : journal.torn(chance);
    const read = new MemoryJournal(run, given, { text: disk, blobs: journal.blobs });
    this.#checkProcess(journal, { isAlive: hasEnded, outcome, command });
    return { outcome, journal, events: read.events, disk };
  }

  #asked(): Pick<World, "ask"> {
    const answers = this.#answers;
    if (answers === null) return { ask: null };
    return {
      ask: async ({ text }) => {
        const answer = answers.pick(["y", "y", "y", "n", answers.oneIn(8) ? "c" : "yes"]);
        this.say(`${text.split("\n").join(" ")} ${answer}`);
        return answer;
      },
    };
  }

  #run(): Act {
    return (world) => runPlaybooks([loadPlaybook(this.#playbook, { catalogue: world.catalogue })], world);
  }

  #isResumable({ outcome, events }: Ended): boolean {
    return events.length > 0 && (outcome === null || outcome.exitCode !== 0);
  }

  async #resume({ journal, disk, events }: Ended): Promise<Ended> {
    const retryFailed = this.#chance.oneIn(2);
    if (this.#chance.oneIn(2)) this.#heal();
    const act: Act = async (world) => {
      const playbook = loadPlaybook(this.#playbook, { catalogue: world.catalogue });
      const blob = async (sha256: string): Promise<Uint8Array> =>
        journal.blobs.get(sha256) ?? new Uint8Array();
      return resumeRun([playbook], events, world, { retryFailed, allowChanges: false, blob });
    };
    return this.#process("resume", this.#disturbance(), act, {
      run: journal.run,
      disk,
      blobs: journal.blobs,
    });
  }

  async #rollback(run: Ended, before: readonly Ended[], disturbance: Disturbance): Promise<Ended> {
    return this.#process("rollback", disturbance, (world) =>
      rollbackRun(run.events, world, {
        earlier: before.map(({ events }) => events),
        blob: async (sha256) => run.journal.blobs.get(sha256) ?? new Uint8Array(),
      }),
    );
  }

  #inventory(): Inventory {
    const inventory = new Inventory();
    for (const name of this.#hosts.keys()) inventory.addHost(name, { groups: ["ungrouped"] });
    return inventory;
  }

  #isDelegate(host: string): boolean {
    return this.#says(`"delegate_to": "${host}"`);
  }

  /** The playbook has this text. */
  #says(text: string): boolean {
    return this.#text.includes(text);
  }

  #trustNone(events: readonly Event[]): void {
    for (const event of events)
      if (event.type === "change:recorded" && event.state === null)
        this.#lies.add(`${event.host} ${event.save}`);
  }

  #noteLie(host: string, script: Understood, fault: Fault | null): void {
    if ((fault !== "says-ok" && fault !== "says-no") || !("before" in script)) return;
    for (const statement of script.act) {
      if (statement.kind === "trusted") this.#lies.add(`${host} ${statement.save}`);
      if (statement.kind !== "sim") continue;
      const { words } = statement;
      this.#lies.add(`${host} ${words.at(-1)}`);
      const cell = words[0] === "copy" ? words[2] : words[1];
      // Where nothing can be read nobody finds the lie out.
      if (cell && /^(service|mark):/.test(cell)) this.#unseen.add(`${host} ${cell}`);
    }
  }

  /** Law: a host is changed only by what is on disk as a change of this process's journal or of the run that it takes back, and
   *  only by who has its lock, however late. */
  #checkTouch(
    journal: MemoryJournal,
    touch: { readonly name: string; readonly cell: string; readonly save: string; readonly token: string },
  ): void {
    const { name, cell, save, token } = touch;
    this.say(() => `  ${name}: ${cell} by ${save.split("/").slice(-2).join("/")}`);
    const touched = this.#touched.get(`${name} ${save}`) ?? new Set();
    this.#touched.set(`${name} ${save}`, touched.add(cell));
    const isRecorded = journal.isOnDisk(
      (event) =>
        event.type === "change:recorded" &&
        event.host === name &&
        (event.save === save || (event.wayBack.kind === "again" && isOf(event.changes, cell))),
    );
    if (!isRecorded) this.broken.push(`${name}: ${cell} was changed, and nothing on disk says so`);
    const holder = this.#hosts
      .get(name)
      ?.locksIn(save.slice(0, save.lastIndexOf("/kmend/") + 6))
      .newest();
    if (holder?.token !== token) this.broken.push(`${name}: ${cell} was changed without the lock`);
  }

  #checkProcess(
    { events, run }: MemoryJournal,
    {
      isAlive,
      outcome,
      command,
    }: { readonly isAlive: boolean; readonly outcome: RunOutcome | null; readonly command: string },
  ): void {
    const isForgiving = this.#says("clear_host_errors");
    const ofEnded = isAlive
      ? [...hasWholeJournal(events), ...exitCodeIsTrue(events, isForgiving), ...recapIsTrue(events)]
      : [];
    const spreads = this.#says("any_errors_fatal") || this.#says("run_once");
    const ofRun = command === "rollback" ? [] : takesBackWhomItShould(events, spreads);
    const wrong = [
      ...nothingIsDoneTwice(events),
      ...declinedIsLeftOut(events),
      ...stopsWhereItSays(events),
      ...ofRun,
      ...ofEnded,
    ];
    this.broken.push(...wrong.map((each) => `${command} ${run}: ${each}`));
    if (isAlive && outcome === null) this.broken.push(`${command} has no outcome`);
    const [last] = events.slice(-1);
    if (isAlive && last?.type === "run:ended" && !isDeepStrictEqual(outcome?.recap, last.recap))
      this.broken.push(`${command}: its outcome is not its last event's`);
    for (const event of events)
      if (event.type === "message:said" && event.text.includes("the lock on this host was lost"))
        if (!this.#stolen.has(event.text.split(":")[0] ?? ""))
          this.broken.push(`${command}: nobody has taken it, and it says: ${event.text}`);
    if (command !== "rollback") this.#checkApplied(events);
  }

  /** Law: what the journal calls applied was done whole, unless the host lied. What a resume found done, by whoever it was, has
   *  no output. */
  #checkApplied(events: readonly Event[]): void {
    const applied = new Set(
      events.flatMap((event) => (event.type === "change:applied" && event.output ? [event.change] : [])),
    );
    for (const event of events) {
      if (event.type !== "change:recorded" || !applied.has(event.change)) continue;
      if (this.#lies.has(`${event.host} ${event.save}`)) continue;
      const touched = this.#touched.get(`${event.host} ${event.save}`) ?? new Set();
      for (const cell of cellsOf(event.changes))
        if (!touched.has(cell))
          this.broken.push(`${event.host}: ${event.change} was applied, ${cell} was not touched`);
    }
  }

  /** Law: after a rollback that nothing disturbed each host is what it was, but for what was named. */
  #checkRestored(run: Ended, last: Ended): void {
    const isNamed = new Set(this.#unseen);
    for (const event of last.events) {
      if (event.type !== "change:revert-failed") continue;
      const isLiar = [...this.#lies].some((at) => at.startsWith(`${event.host} `));
      const isAllowed = event.kind === "irreversible" || isLiar || this.#theirs.size > 0;
      if (!isAllowed) this.broken.push(`${event.host}: ${event.change} is ${event.kind}: ${event.message}`);
      const recorded = run.events.find(
        (each) => each.type === "change:recorded" && each.change === event.change,
      );
      if (recorded?.type === "change:recorded")
        for (const cell of cellsOf(recorded.changes)) isNamed.add(`${event.host} ${cell}`);
    }
    // A service goes with its file.
    for (const at of this.#theirs) isNamed.add(at.replace("file:", "service:"));
    for (const at of this.#theirs) {
      const [host = "", cell = ""] = at.split(" ");
      const now = this.#hosts.get(host)?.cells.get(cell);
      if (now !== "theirs") this.broken.push(`${host}: ${cell} was somebody else's, and is ${now}`);
    }
    for (const [name, host] of this.#hosts) {
      const [first, now] = [this.#first.get(name) ?? {}, host.look()];
      for (const cell of new Set([...Object.keys(first), ...Object.keys(now)]))
        if (first[cell] !== now[cell] && !isNamed.has(`${name} ${cell}`))
          this.broken.push(`${name}: ${cell} is ${now[cell]} after the rollback, and was ${first[cell]}`);
    }
  }

  /** Law: a rollback that is taken back brings again what was there before it, where the run had made it whole. */
  #checkBrought(run: Ended, before: ReadonlyMap<string, Record<string, string>>, again: Ended): void {
    const isNamed = new Set(
      again.events.flatMap((event) => (event.type === "change:revert-failed" ? [event.host] : [])),
    );
    const { sound, unsound } = this.#cellsOf(run.events);
    for (const at of sound) {
      const [name = "", cell = ""] = at.split(" ");
      if (unsound.has(at) || isNamed.has(name) || !/^(file|package):/.test(cell)) continue;
      const [now, then] = [this.#hosts.get(name)?.cells.get(cell), before.get(name)?.[cell]];
      if (now !== then)
        this.broken.push(`${name}: ${cell} was ${then}, and is ${now} when it is brought again`);
    }
  }
}

/** Of those hosts that want one. */
const password = "Pa55-of-hosts";

/** Where the superuser's runs keep their folders. */
const rootFolder = "/var/lib/kmend";

function cellsOf(changes: Json | undefined): string[] {
  const { after } = (changes ?? {}) as { readonly after?: Record<string, Json> };
  return Object.keys(after ?? {});
}

function isOf(changes: Json | undefined, cell: string): boolean {
  return cellsOf(changes).includes(cell);
}

function told(event: Event): string {
  const { n, at: _, type, ...body } = event;
  const about = body as Record<string, Json> & {
    readonly task?: { readonly id: string; readonly name: string };
  };
  const { task, ...rest } = about;
  const name = task === undefined ? "" : ` ${task.id} ${task.name}`;
  return `${String(n).padStart(4)} ${type}${name} ${JSON.stringify(rest).slice(0, 260)}`;
}

const options: EngineOptions = {
  check: false,
  diff: false,
  tags: [],
  skipTags: [],
  extraVars: new Dict(),
  forks: 50,
  forceHandlers: false,
  become: { enabled: false, method: "sudo", user: "root" },
  connection: {
    kind: "ssh",
    hostKeyChecking: true,
    connectTimeoutMs: 10_000,
    keepaliveIntervalMs: 2000,
    keepaliveCountMax: 3,
  },
  native: false,
  taskTimeoutS: 0,
};
