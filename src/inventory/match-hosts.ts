/** Patterns: `web:&prod:!db`, `web*`, `~regex`, `web[0:2]`, and for `--limit` also `@file`. */

import { readFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import { exitCodes, fileReason, KmendError, type Problem } from "../problem/problem.ts";
import { didYouMean } from "../template/template.ts";
import { groupHosts } from "./group-graph.ts";
import type { Inventory } from "./inventory-model.ts";

export interface Matched {
  /** In the order in which the pattern found them. */
  readonly hosts: readonly string[];
  /** Parts of the pattern that named nothing, with what was probably meant; of a limit, see `checkLimit`. */
  readonly warnings: readonly Problem[];
}

export interface MatchOptions {
  /** `--limit`: only hosts that this pattern matches too. */
  readonly limit?: string | undefined;
}

/** The hosts that a play's `hosts` (text or list) chooses. A pattern that matches nothing gives none, and says so. */
export function matchHosts(
  inventory: Inventory,
  pattern: string | readonly string[],
  { limit }: MatchOptions = {},
): Matched {
  const warnings: Problem[] = [];
  const hosts = evaluate(inventory, [pattern].flat().flatMap(splitPattern), warnings);
  if (limit === undefined) return { hosts, warnings };
  const allowed = new Set(matchLimit(inventory, limit).hosts);
  return { hosts: hosts.filter((host) => allowed.has(host)), warnings };
}

/** The hosts that a `--limit` allows. @throws KmendError `limit-file` */
export function matchLimit(inventory: Inventory, limit: string): Matched {
  const warnings: Problem[] = [];
  return { hosts: evaluate(inventory, limitPatterns(limit), warnings), warnings };
}

function limitPatterns(limit: string): string[] {
  return splitPattern(limit).flatMap((each) => {
    if (!each.startsWith("@")) return [each];
    const file = each.slice(1);
    try {
      return readFileSync(file, "utf8")
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "" && !line.startsWith("#"))
        .flatMap(splitPattern);
    } catch (cause) {
      const reason = fileReason(cause as NodeJS.ErrnoException);
      throw new KmendError(
        { code: "limit-file", message: `Cannot read the limit file "${file}": ${reason}` },
        exitCodes.error,
        cause,
      );
    }
  });
}

/** With a comma, commas alone divide; else colons and blanks outside brackets do. An address is one pattern. */
function splitPattern(pattern: string): string[] {
  if (pattern.includes(","))
    return pattern
      .split(",")
      .map((each) => each.trim())
      .filter((each) => each !== "");
  const trimmed = pattern.trim();
  if (isIPv6(trimmed) || /^[^:[\]]+:\d+$/.test(trimmed) || trimmed.startsWith("@")) return [trimmed];
  return trimmed.match(/(?:[^\s:[\]]|\[[^\]]*\]?)+/g) ?? [];
}

/** Unions first, then `&`, then `!`, whatever their order in the text. Without a union, `all` is meant. */
function evaluate(inventory: Inventory, patterns: readonly string[], warnings: Problem[]): string[] {
  const unions = patterns.filter((each) => !/^[&!]/.test(each));
  const narrowing = [
    ...patterns.filter((each) => each.startsWith("&")),
    ...patterns.filter((each) => each.startsWith("!")),
  ];
  const found = new Set<string>();
  for (const each of unions.length > 0 ? unions : ["all"])
    for (const host of inventory.host(each) ? [each] : matchOne(inventory, each, warnings)) found.add(host);
  for (const each of narrowing) {
    const named = each.slice(1);
    const those = new Set(inventory.host(named) ? [named] : matchOne(inventory, named, warnings));
    for (const host of [...found]) if (those.has(host) === each.startsWith("!")) found.delete(host);
  }
  return [...found];
}

const localhosts = ["localhost", "127.0.0.1", "::1"];

/** One pattern without its sign. */
function matchOne(inventory: Inventory, pattern: string, warnings: Problem[]): string[] {
  const { name, slice } = splitSlice(pattern);
  const matches = matcher(name);
  const groups = inventory.groups.filter((group) => matches(group.name));
  const found = new Set(groups.flatMap((group) => groupHosts(inventory, group.name)));
  if (groups.length === 0 || /^~|[.?*[]/.test(name))
    for (const host of inventory.hosts) if (matches(host.name)) found.add(host.name);
  if (found.size === 0 && localhosts.includes(name)) found.add(inventory.implicitLocalhost(name).name);
  if (found.size === 0 && groups.length === 0)
    warnings.push({
      code: "no-such-host",
      severity: "warning",
      message: `Could not match supplied host pattern, ignoring: ${name}`,
      ...hintOf(didYouMean(name, namesIn(inventory))),
    });
  return slice([...found]);
}

function namesIn({ groups, hosts }: Inventory): readonly string[] {
  return [...groups, ...hosts].map((each) => each.name);
}

function hintOf(hint: string | null): Pick<Problem, "hint"> {
  return hint === null ? {} : { hint };
}

/** `web[1]`, `web[-1]`, `web[0:2]` (both ends are in), `web[1:]`. */
function splitSlice(pattern: string): { name: string; slice(hosts: readonly string[]): string[] } {
  const [, name, at, from, to] = /^(.+)\[(?:(-?\d+)|(\d+)[:-](\d*))\]$/.exec(pattern) ?? [];
  if (name === undefined || pattern.startsWith("~")) return { name: pattern, slice: (hosts) => [...hosts] };
  if (at !== undefined)
    return { name, slice: (hosts) => [hosts.at(Number(at))].filter((host) => host !== undefined) };
  const end = to ? Number(to) + 1 : undefined;
  return { name, slice: (hosts) => hosts.slice(Number(from), end) };
}

/** `~` starts a regular expression that the name must begin with; else `*`, `?` and `[abc]` are wildcards. */
function matcher(pattern: string): (name: string) => boolean {
  const source = pattern.startsWith("~") ? `^(?:${pattern.slice(1)})` : `^${globSource(pattern)}$`;
  try {
    const form = new RegExp(source, "s");
    return (name) => form.test(name);
  } catch {
    throw new KmendError(
      {
        code: "bad-pattern",
        message: `Cannot use the host pattern "${pattern}": it is no regular expression`,
      },
      exitCodes.error,
    );
  }
}

function globSource(glob: string): string {
  return glob.replace(/\[(!?)([^\]]+)\]|[\s\S]/g, (all, not: string | undefined, set: string | undefined) => {
    if (set !== undefined) return `[${not ? "^" : ""}${set.replace(/[\\^[]/g, "\\$&")}]`;
    if (all === "*") return ".*";
    return all === "?" ? "." : all.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  });
}
