import { Command, InvalidArgumentError } from "commander";
import { runPlaybooks, wallClock } from "../engine/engine.ts";
import type { Event } from "../journal/journal.ts";
import { exhaustion, firstMeasurement, shortestMs } from "../kmem/kmem.ts";
import { shipped } from "../package/package.ts";
import type { LoadedPlaybook } from "../playbook/playbook.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import {
  explainText,
  leaks,
  type ScannedHost,
  scanMeasurements,
  scannedHosts,
  scanText,
  wrapAll,
} from "../report/report.ts";
import { durationMs } from "./duration.ts";
import { loadAll } from "./load-all.ts";
import { addConnectionOptions, addOutputOptions, type RunFlags } from "./run-options.ts";
import { sayLimit } from "./said-limit.ts";
import { earlierMeasurements, type Measured, needsRate } from "./scan-earlier.ts";
import { withScanTelemetry } from "./scan-telemetry.ts";
import { listenForStop } from "./signals.ts";
import { addMetricsFileOption } from "./telemetry.ts";
import { type Ground, readGround, withWorld } from "./world.ts";

const exitLeaking = 3;

interface ScanFlags extends RunFlags {
  readonly explain?: string;
  readonly interval?: number;
}

/** `kmend scan`. */
export function scanCommand(): Command {
  const command = new Command("scan")
    .description("Find the leak: read the evidence of every host and say what it means; changes nothing")
    .option("--explain <host>", "show the whole reasoning for one host, with the files it rests on")
    .option(
      "--interval <time>",
      "measure twice, this long apart (10m), to say when ids run out; else earlier runs are compared with",
      intervalMs,
    );
  return addOutputOptions(addMetricsFileOption(addConnectionOptions(command)))
    .addHelpText(
      "after",
      `
Examples:
  kmend scan -i inventory/example.yml
  kmend scan -i inventory/example.yml --explain app-1
  kmend scan -i inventory/example.yml --interval 10m --output json

Exit codes:
  0   no host leaks
  3   some host leaks
  4   some host was not reached or could not be judged, whatever the others do; or a file cannot be parsed
  99  interrupted: what was measured until then is shown
  1   no host matches, or another error
  5   bad options`,
    )
    .action(async (flags: ScanFlags) => {
      const limited = { ...flags, ...(flags.explain === undefined ? {} : { limit: flags.explain }) };
      const { hosts, isInterrupted } = await withScanTelemetry(limited, scan, codeOf);
      if (flags.output === "json") console.log(JSON.stringify({ schema: 1, hosts }, null, 2));
      else if (flags.explain === undefined) console.log(scanPage(hosts));
      else console.log(readable(hosts.map((host) => explainText(host)).join("\n")));
      process.exitCode = codeOf({ hosts, isInterrupted });
    });
}

/** What was found, as a person reads it. */
export function scanPage(hosts: readonly ScannedHost[]): string {
  return readable(scanText(hosts));
}

/** A terminal would cut its words anywhere. */
function readable(text: string): string {
  const { isTTY, columns } = process.stdout;
  return isTTY && columns > 0 ? wrapAll(text.split("\n"), columns).join("\n") : text;
}

/** What a scan comes to, and the journal that it was read from. */
export interface ScanResult {
  readonly hosts: readonly ScannedHost[];
  readonly events: readonly Event[];
  readonly isInterrupted: boolean;
}

/** @param watch hears each event as it comes */
export async function scan(flags: ScanFlags, watch?: (event: Event) => void): Promise<ScanResult> {
  const playbooks = await loadAll([shipped("playbooks/detect.yml")], flags);
  const ground = await readGround("scan", flags);
  sayLimit(ground.inventory, ground.options.limit, flags.explain === undefined ? "--limit" : "--explain");
  let measured = await measure(playbooks, ground, watch);
  let earlier: Measured | null = null;
  if (flags.interval !== undefined && !measured.isInterrupted && isWorthWaiting(measured.events)) {
    const first = scanMeasurements(measured.events);
    if (await wait(flags.interval)) {
      earlier = first;
      measured = await measure(playbooks, ground, watch);
    } else measured = { ...measured, isInterrupted: true };
  }
  const { events, isInterrupted } = measured;
  const first = earlier ?? (await earlierMeasurements(ground.store, scanMeasurements(events)));
  const hosts = hostsFound(events, first);
  if (hosts.length > 0 || isInterrupted) return { hosts, events, isInterrupted };
  throw new KmendError(
    {
      code: "no-hosts",
      message: `Cannot scan: no host matches${flags.limit === undefined ? "" : ` "${flags.limit}"`}`,
    },
    exitCodes.error,
  );
}

/** What a journal says of each host. @param earlier what was measured before, for when ids run out */
export function hostsFound(events: readonly Event[], earlier: Measured): readonly ScannedHost[] {
  return scannedHosts(events, (host, now) => exhaustion(firstMeasurement(earlier.get(host) ?? [], now), now));
}

interface Scanned {
  readonly events: readonly Event[];
  readonly isInterrupted: boolean;
}

/** One run of the detection, in a journal of its own. */
async function measure(
  playbooks: readonly LoadedPlaybook[],
  ground: Ground,
  watch: (event: Event) => void = () => {},
): Promise<Scanned> {
  const events: Event[] = [];
  return withWorld(ground, async (world, journal) => {
    journal.subscribe((event) => {
      events.push(event);
      watch(event);
    });
    const { exitCode } = await runPlaybooks(playbooks, {
      ...world,
      verdict: (code) => (code === exitCodes.interrupted ? code : measuredCode(events)),
    });
    return { events, isInterrupted: exitCode === exitCodes.interrupted };
  });
}

/** What the journal says of how it ended: the command's own exit code, where this is the measurement that it tells. */
function measuredCode(events: readonly Event[]): number {
  const hosts = scannedHosts(events, (_, now) => exhaustion(null, now));
  return hosts.length > 0 ? scanExitCode(hosts) : exitCodes.error;
}

function isWorthWaiting(events: readonly Event[]): boolean {
  return [...scanMeasurements(events).values()].some(([first]) => first !== undefined && needsRate(first));
}

/** False where a signal cut it short. No host is held meanwhile: the connections are closed. */
async function wait(ms: number): Promise<boolean> {
  const stop = listenForStop();
  const until = new Date(Date.now() + ms).toISOString().slice(0, 19);
  process.stderr.write(`Measured once. The second measurement begins at ${until}Z.\n`);
  try {
    await wallClock.sleep(ms, stop.soft);
    return !stop.soft.aborted;
  } finally {
    stop.release();
  }
}

function codeOf({ hosts, isInterrupted }: Pick<ScanResult, "hosts" | "isInterrupted">): number {
  return isInterrupted ? exitCodes.interrupted : scanExitCode(hosts);
}

/** What is not known outweighs what leaks: no host may pass for clean that nobody could judge. */
export function scanExitCode(hosts: readonly ScannedHost[]): number {
  const isUnjudged = (host: ScannedHost): boolean =>
    "problem" in host || host.diagnosis.verdict === "unknown";
  if (hosts.some(isUnjudged)) return exitCodes.hostsUnreachable;
  return hosts.some((host) => leaks(host)) ? exitLeaking : exitCodes.ok;
}

function intervalMs(text: string): number {
  const ms = durationMs(text);
  // One timer of Node's holds no longer than 2^31 ms.
  if (ms < shortestMs || ms > 7 * 86_400_000)
    throw new InvalidArgumentError("It has to be a minute at least, and a week at most.");
  return ms;
}
