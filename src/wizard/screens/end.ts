import { leaks, type ScannedHost } from "../../report/report.ts";
import { hostCount, wrapAll } from "../lines.ts";
import type { Ran } from "../work.ts";

/** More hosts than that are told of together, where all is well with them. */
const mostTold = 10;

/** The same evidence before and after: what each host was, and what it is now. */
export function verifiedScreen(
  before: Readonly<Record<string, string>>,
  after: readonly ScannedHost[],
  width: number,
): string[] {
  const well = after.filter((host) => "diagnosis" in host && isWell(host));
  const others = after.filter((host) => !well.includes(host));
  return wrapAll(
    [
      `Verified by the same evidence: ${well.length} of ${hostCount(after.length)} no longer leak.`,
      ...[...others, ...well.slice(0, mostTold)].map(
        (host) => `   ${host.host}: was ${before[host.host] ?? "not read"}; is now ${stateOf(host)}`,
      ),
      ...(well.length > mostTold ? [`   and ${well.length - mostTold} more that no longer leak`] : []),
    ],
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

/** Where to read it again, how to take it back, and how to do it without being asked. */
export function endScreen(
  runs: readonly Pick<Ran, "run" | "folder" | "exitCode">[],
  commands: readonly string[],
  options: { readonly width: number; readonly hasReport: boolean },
): string[] {
  return [
    ...wrapAll(
      runs.map(
        ({ run, folder, exitCode }) =>
          `Run ${run} ended with ${exitCode ?? "no last word"}; its journal is ${folder}`,
      ),
      options.width,
    ),
    ...(runs.length > 0 ? ["To read it again, and to take it back:"] : []),
    ...runs.flatMap(({ run }) => [
      `    kmend show ${run}`,
      ...(options.hasReport ? [`    kmend report ${run} --format html`] : []),
      `    kmend rollback ${run}`,
    ]),
    "The same without being asked:",
    // Unwrapped: they are there to be copied.
    ...commands.map((command) => `    ${command}`),
  ];
}
