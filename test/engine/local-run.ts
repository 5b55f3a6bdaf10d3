import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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

/** A folder with a playbook that runs on local hosts; `DIR` in its text is the folder. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), "kmend-engine-"));
  readonly #state = join(this.folder, "state");
  readonly #saved = new Set<string>();

  /** @param change alters the world that the run is given */
  async run(
    playbook: string,
    hosts: readonly string[] = ["a"],
    change: (world: World) => World = (w) => w,
  ): Promise<LocalRun> {
    const path = join(this.folder, "play.yml");
    writeFileSync(path, playbook.replaceAll("DIR", this.folder));
    return this.#recorded(hosts, change, (world) =>
      runPlaybooks([loadPlaybook(path, { catalogue: world.catalogue })], world),
    );
  }

  async rollback(
    events: readonly Event[],
    hosts: readonly string[] = ["a"],
    change: (world: World) => World = (w) => w,
    options: Partial<RollbackOptions> = {},
  ): Promise<LocalRun> {
    const store = createFileStore(this.#state);
    const [first] = events;
    const asRollback = (world: World): World =>
      change({ ...world, about: { ...world.about, command: "rollback" } });
    const run = first?.type === "run:started" ? first.run : "";
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
    const [first] = events;
    const run = first?.type === "run:started" ? first.run : "";
    const { journal, recorded } = await store.reopen(run);
    const world = await localWorld({ hosts, args: [] }, { state: this.#state, extraVars: {} });
    await world.journal.close();
    const playbook = loadPlaybook(join(this.folder, "play.yml"), { catalogue: world.catalogue });
    const outcome = await resumeRun([playbook], read(recorded.events), change({ ...world, journal }), {
      retryFailed: false,
      allowChanges: false,
      blob: (sha256) => store.blob(run, sha256),
      ...options,
    });
    await journal.close();
    return { outcome, events: (await store.read(run)).events };
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
