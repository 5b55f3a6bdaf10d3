import { runPlaybooks } from "../engine/engine.ts";
import type { Event } from "../journal/journal.ts";
import type { LoadedPlaybook } from "../playbook/playbook.ts";
import type { Reader } from "../report/report.ts";
import { askedAside } from "./asking.ts";
import { warn } from "./followers.ts";
import { withReader } from "./reader.ts";
import { withReports } from "./report-file.ts";
import { type TelemetryFlags, withTelemetry } from "./telemetry.ts";
import { type Ground, withWorld } from "./world.ts";

/** A dry run that says of each task on each host what will come of it: a run of its own, with a journal.
 *  @param reader shows it; absent: nobody watches
 *  @param reports to be written of it, as `--report` names them
 *  @param telemetry how it is watched from outside */
export async function foretell(
  playbooks: readonly LoadedPlaybook[],
  ground: Ground,
  reader?: Reader,
  reports?: readonly string[],
  telemetry: TelemetryFlags = {},
): Promise<{ readonly events: readonly Event[]; readonly exitCode: number }> {
  const events: Event[] = [];
  const options = { ...ground.options, check: true, diff: true, foretells: true };
  const exitCode = await withWorld({ ...ground, command: "plan", options }, async (world, journal) => {
    journal.subscribe((event) => events.push(event));
    const asked = reader ? { ...world, ask: askedAside(world.ask, () => reader) } : world;
    const run = async (): Promise<number> => (await runPlaybooks(playbooks, asked)).exitCode;
    const show = (): Promise<number> => (reader ? withReader(reader, journal, run) : run());
    const reported = (): Promise<number> => withReports(reports, journal, show, { warn });
    return withTelemetry(telemetry, journal, reported, { warn });
  });
  return { events, exitCode };
}
