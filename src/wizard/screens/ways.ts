import type { Step } from "../../kmem/kmem.ts";
import { wrapAll } from "../../report/report.ts";
import { type TookBefore, tookLine } from "../elsewhere.ts";
import { dearest } from "../leg.ts";

const costs: Readonly<Record<string, string>> = {
  nothing: "nothing is restarted",
  restart: "restarts a service, pods run on",
  upgrade: "a newer version, restarts a service",
  drain: "drains the node, no reboot",
  reboot: "reboots the node",
};

/** The same, where a line has to hold more. */
const short: Readonly<Record<string, string>> = {
  nothing: "no restart",
  restart: "restart of a service",
  upgrade: "newer version",
  drain: "drain",
  reboot: "reboot",
};

/** One line of a choice: what is done, and the dearest thing that it costs. */
export function wayName(way: readonly Step[]): string {
  return `${way.map((step) => step.remedy).join(" + ")} (${wayCost(way)})`;
}

export function wayCost(way: readonly Step[]): string {
  return short[dearest(way.map((step) => step.needs))] ?? "";
}

/** The consequences of a way, step by step. */
export function wayScreen(way: readonly Step[], took: TookBefore | null, width: number): string[] {
  return wrapAll(
    [
      ...way.flatMap((step, index) => [
        `${index + 1}. ${step.does}`,
        `     costs: ${costs[step.needs] ?? step.needs}`,
        ...(step.takes === null ? [] : [`     takes: ${step.takes}`]),
        `     leaves: ${step.leaves}`,
        `     way back: ${step.undoneBy}`,
        `     risk: ${step.risk}`,
      ]),
      `How long: ${tookLine(took)}`,
    ],
    width,
  );
}

/** More than that pushes the choices off a small terminal. */
const mostAbout = 7;

/** The same in few lines, to stand beside a choice. */
export function wayAbout(way: readonly Step[], took: TookBefore | null, width: number): string[] {
  const lines = wrapAll(
    [
      ...way.map((step) => `- ${step.does}`),
      `How long: ${tookLine(took)}`,
      `Way back: ${[...new Set(way.map((step) => step.undoneBy))].join("; ")}`,
      `Risk: ${way.map((step) => step.risk).join("; ")}`,
    ],
    width,
  );
  return lines.length <= mostAbout
    ? lines
    : [...lines.slice(0, mostAbout - 1), `${lines[mostAbout - 1]} ...`];
}
