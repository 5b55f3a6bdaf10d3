/** Who follows a run while it is written: the reader of its output, a summary for the next program, hooks. */

import type { World } from "../engine/engine.ts";
import type { Event, Journal } from "../journal/journal.ts";
import type { Reader } from "../report/report.ts";
import { askedAside } from "./asking.ts";
import { startHook } from "./hook.ts";
import { stdoutPaper } from "./paper.ts";
import { chooseReader, withReader } from "./reader.ts";
import { withReports } from "./report-file.ts";
import type { RunFlags } from "./run-options.ts";
import { keepSummary } from "./summary-file.ts";
import { type TelemetryFlags, withTelemetry } from "./telemetry.ts";

/** How a run is followed. @param past events of a run that goes on @returns what `act` did: the exit code */
export type Follow = (
  world: World,
  journal: Journal,
  act: (world: World) => Promise<number>,
  past?: readonly Event[],
) => Promise<number>;

/** As the flags ask for. */
export function followedBy(flags: RunFlags): Follow {
  return (world, journal, act, past = []) =>
    withFollowers(
      flags,
      journal,
      (reader) => act({ ...world, ask: askedAside(world.ask, () => reader) }),
      past,
    );
}

/** Runs `act` with all that the flags ask for, and ends each on every path. Who watches from outside ends last: by then people have read
 *  how it ended. @param past events of a run that goes on */
export function withFollowers<T>(
  flags: RunFlags,
  journal: Journal,
  act: (reader: Reader) => Promise<T>,
  past: readonly Event[] = [],
): Promise<T> {
  return withWatchers(flags, journal, () => withReaders(flags, journal, act, past), past);
}

/** Only those who watch from outside, where somebody else shows the run. @param past events of a run that goes on */
export function withWatchers<T>(
  flags: TelemetryFlags & Pick<RunFlags, "onEvent">,
  journal: Journal,
  act: () => Promise<T>,
  past: readonly Event[] = [],
): Promise<T> {
  return withTelemetry(flags, journal, () => withHooks(flags.onEvent ?? [], journal, act), { past, warn });
}

/** They may take their time to end. */
async function withHooks<T>(
  commands: readonly string[],
  journal: Journal,
  act: () => Promise<T>,
): Promise<T> {
  const hooks = commands.map((command) => startHook(command, journal, warn));
  try {
    return await act();
  } finally {
    await Promise.all(hooks.map((end) => end()));
  }
}

async function withReaders<T>(
  flags: RunFlags,
  journal: Journal,
  act: (reader: Reader) => Promise<T>,
  past: readonly Event[],
): Promise<T> {
  const endSummary = flags.summary === undefined ? () => {} : keepSummary(flags.summary, journal, past, warn);
  const reader = chooseReader(flags, stdoutPaper());
  try {
    return await withReports(flags.report, journal, () => withReader(reader, journal, () => act(reader)), {
      past,
      warn,
    });
  } finally {
    endSummary();
  }
}

/** To standard error, which is nobody's output. */
export function warn(text: string): void {
  process.stderr.write(`[WARNING]: ${text}\n`);
}
