import { byHostName, harmless, howMany, leaks, type ScannedHost, wrapAll } from "../../report/report.ts";
import type { Ran } from "../work.ts";

/** More hosts than that are told of together, where all is well with them. */
const mostTold = 10;

/** The same evidence before and after: what each host was, and what it is now. */
export function verifiedScreen(
  before: Readonly<Record<string, string>>,
  after: readonly ScannedHost[],
  width: number,
): string[] {
  const byName = [...after].sort((a, b) => byHostName(a.host, b.host));
  const well = byName.filter((host) => isWell(host));
  const others = byName.filter((host) => !isWell(host));
  return wrapAll(
    [
      `Verified by the same evidence: ${well.length} of ${howMany(after.length, "host")} no longer leak.`,
      ...[...others, ...well.slice(0, mostTold)].map(
        (host) => `   ${host.host}: was ${before[host.host] ?? "not read"}; is now ${stateOf(host)}`,
      ),
      ...(well.length > mostTold ? [`   and ${well.length - mostTold} more that no longer leak`] : []),
    ].map(harmless),
    width,
  );
}

/** A host's verdict and count, in a few words. */
export function stateOf(host: ScannedHost): string {
  if ("problem" in host) return host.problem;
  const { verdict, leaked } = host.diagnosis;
  return `${verdict.replaceAll("-", " ")}, ${leaked.kmemIds ?? "an unknown number of"} ids leaked`;
}

export function isWell(host: ScannedHost): boolean {
  return "diagnosis" in host && !leaks(host) && host.diagnosis.verdict !== "unknown";
}

type Reported = Pick<Ran, "run" | "folder" | "exitCode"> & {
  /** The report's file; null where there is none. */
  readonly report: string | null;
};

/** Where to read it again, how to take it back, and how to do it without being asked. */
export function endScreen(runs: readonly Reported[], commands: readonly string[], width: number): string[] {
  return [
    ...wrapAll(
      runs.flatMap(({ run, folder, exitCode, report }) => [
        `Run ${run} ended with ${exitCode ?? "no last word"}; its journal is ${folder}`,
        ...(report === null ? [] : [`  its report, to be read in a browser: ${report}`]),
      ]),
      width,
    ),
    ...(runs.length > 0 ? ["To read it again, and to take it back:"] : []),
    ...runs.flatMap(({ run }) => [`    kmend show ${run}`, `    kmend rollback ${run}`]),
    "The same without being asked:",
    // Unwrapped: they are there to be copied.
    ...commands.map((command) => `    ${command}`),
  ];
}
