/** A conformance case: a playbook with its hosts and flags in its first comments, and the judge's recorded answer. */

import { globSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

export interface Case {
  readonly name: string;
  readonly playbook: string;
  readonly hosts: readonly string[];
  readonly args: readonly string[];
  readonly answerFile: string;
}

/** What both are asked: the exit code, the seven numbers for each host, and what the playbook wrote below `out`. */
export interface Answer {
  readonly exitCode: number;
  readonly recap: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly values: Readonly<Record<string, unknown>>;
}

export const casesFolder = join(import.meta.dirname, "cases");

export function allCases(): Case[] {
  return globSync(join(casesFolder, "*.yml"))
    .sort()
    .map((playbook) => {
      const source = readFileSync(playbook, "utf8");
      const comment = (name: string): string =>
        new RegExp(`^# ${name}: (.*)$`, "m").exec(source)?.[1]?.trim() ?? "";
      const words = (text: string): string[] => text.split(" ").filter((word) => word !== "");
      const name = basename(playbook, ".yml");
      return {
        name,
        playbook,
        hosts: words(comment("hosts")),
        args: words(comment("args")),
        answerFile: join(casesFolder, `${name}.json`),
      };
    });
}

/** What the playbook wrote: JSON files as values, text files as lines. */
export function writtenValues(out: string): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const file of readdirSync(out).sort()) {
    const text = (): string => readFileSync(join(out, file), "utf8");
    if (file.endsWith(".json")) values[file] = JSON.parse(text());
    else if (/\.(txt|conf)$/.test(file)) values[file] = text();
  }
  return values;
}
