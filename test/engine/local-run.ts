import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Test } from "tap";
import {
  type ResumeOptions,
  type RollbackOptions,
  type RunOutcome,
  resumeRun,
  rollbackRun,
  runPlaybooks,
  type World,
} from "../../src/engine/engine.ts";
import { createFileStore, type Event } from "../../src/journal/journal.ts";
import { loadPlaybook } from "../../src/playbook/playbook.ts";
import { localWorld } from "../conformance/run-kmend.ts";

export interface LocalRun {
  readonly outcome: RunOutcome;
  readonly events: readonly Event[];
}

/** A workplace that goes when the test has ended, and with it what its runs saved on this host. */
export function workplace(t: Test): Workplace {
  const place = new Workplace();
  t.teardown(() => place.remove());
  return place;
}

/** A folder with a playbook that runs on local hosts; `DIR` in its text is the folder. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), "kmend-engine-"));
  readonly #state = this.at("state");
  readonly #saved = new Set<string>();

  /** Where a name of the folder lies. */
  at(name: string): string {
    return join(this.folder, name);
  }

  has(name: string): boolean {
    return existsSync(this.at(name));
  }

  read(name: string): string {
    return readFileSync(this.at(name), "utf8");
  }

  write(name: string, text: string, mode = 0o666): void {
    writeFileSync(this.at(name), text, { mode });
  }

  /** @param change alters the world that the run is given */
  async run(
    playbook: string,
    hosts: readonly string[] = ["a"],
    change: (world: World) => World = (w) => w,
  ): Promise<LocalRun> {
    this.write("play.yml", playbook.replaceAll("DIR", this.folder));
    return this.#recorded(hosts, change, (world) => runPlaybooks([this.#playbookFor(world)], world));
  }

  async rollback(
    events: readonly Event[],
    hosts: readonly string[] = ["a"],
    change: (world: World) => World = (w) => w,
    options: Partial<RollbackOptions> = {},
  ): Promise<LocalRun> {
    const store = createFileStore(this.#state);
    const asRollback = (world: World): World =>
      change({ ...world, about: { ...world.about, command: "rollback" } });
    const run = runOf(events);
    return this.#recorded(hosts, asRollback, (world) =>
      rollbackRun(events, world, { ...options, blob: (sha256) => store.blob(run, sha256) }),
    );
  }

  /** Goes on with the run, in its own journal.
   *  @param read alters the events as they were read
   *  @param change alters the world that it is given */
  async resume(
    events: readonly Event[],
    hosts: readonly string[],
    options: Partial<ResumeOptions> = {},
    read: (recorded: readonly Event[]) => readonly Event[] = (recorded) => recorded,
    change: (world: World) => World = (w) => w,
  ): Promise<LocalRun> {
    const store = createFileStore(this.#state);
    const run = runOf(events);
    const { journal, recorded } = await store.reopen(run);
    const world = await localWorld({ hosts, args: [] }, { state: this.#state, extraVars: {} });
    await world.journal.close();
    const own = change({ ...world, journal });
    const outcome = await resumeRun([this.#playbookFor(world)], read(recorded.events), own, {
      retryFailed: false,
      allowChanges: false,
      blob: (sha256) => store.blob(run, sha256),
      ...options,
    });
    await journal.close();
    return { outcome, events: (await store.read(run)).events };
  }

  #playbookFor(world: World): ReturnType<typeof loadPlaybook> {
    return loadPlaybook(this.at("play.yml"), { catalogue: world.catalogue });
  }

  /** Everything that the journals of its runs hold, as one text. */
  journals(): string {
    return readdirSync(this.#state, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
      .join("\n");
  }

  async #recorded(
    hosts: readonly string[],
    change: (world: World) => World,
    act: (world: World) => Promise<RunOutcome>,
  ): Promise<LocalRun> {
    const world = change(await localWorld({ hosts, args: [] }, { state: this.#state, extraVars: {} }));
    const outcome = await act(world);
    await world.journal.close();
    const { events } = await createFileStore(this.#state).read(world.journal.run);
    for (const event of events) if (event.type === "change:recorded") this.#saved.add(dirname(event.save));
    return { outcome, events };
  }

  /** Takes away the folder and what the changes saved on this host. */
  remove(): void {
    for (const folder of [...this.#saved, this.folder]) rmSync(folder, { recursive: true, force: true });
  }
}

function runOf([first]: readonly Event[]): string {
  return first?.type === "run:started" ? first.run : "";
}
