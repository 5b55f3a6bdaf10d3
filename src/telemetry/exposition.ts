/** Families as text. Sources: Prometheus' exposition formats (prometheus.io/docs/instrumenting/exposition_formats), OpenMetrics 1.0. */

import { harmless } from "../problem/problem.ts";
import type { Family, Sample } from "./family.ts";
import { metricOf } from "./metrics.ts";

export type Exposition = "prometheus" | "openmetrics";

/** The `Content-Type` of each. */
export const expositionTypes: Readonly<Record<Exposition, string>> = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** @param constant labels that every sample has */
export function exposition(
  families: readonly Family[],
  format: Exposition,
  constant: Readonly<Record<string, string>> = {},
): string {
  const blocks = families.map((family) => block(family, format, constant));
  return `${blocks.join("")}${format === "openmetrics" ? "# EOF\n" : ""}`;
}

function block(
  { name, samples }: Family,
  format: Exposition,
  constant: Readonly<Record<string, string>>,
): string {
  const { help, unit } = metricOf(name);
  const lines = [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...(unit && format === "openmetrics" ? [`# UNIT ${name} ${unit}`] : []),
    ...samples.map(({ labels, value }: Sample) => `${name}${labelText({ ...constant, ...labels })} ${value}`),
  ];
  return `${lines.join("\n")}\n`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(",")}}` : "";
}

/** Harmless first: the file may be read on a terminal. */
function escaped(value: string): string {
  return harmless(value.toWellFormed())
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\n");
}
