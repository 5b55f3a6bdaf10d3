/** A command's result as Ansible registers it. */

import { type Output, withoutLineEnds } from "../../script/output.ts";
import { Dict, type Value } from "../../template/values.ts";
import { text } from "../module.ts";

/** Lines as Python's splitlines has them: the last newline ends a line, it does not begin one. */
export function lines(value: string): string[] {
  const all = value.split(/\r\n|\n|\r/);
  if (all.at(-1) === "") all.pop();
  return all;
}

/** rc, stdout, stderr and their lines. */
export function streams(output: Output, options: { readonly strip: boolean }): Record<string, Value> {
  const clean = (bytes: Uint8Array) => (options.strip ? withoutLineEnds(text(bytes)) : text(bytes));
  const [stdout, stderr] = [clean(output.stdout), clean(output.stderr)];
  return {
    rc: output.code,
    stdout,
    stdout_lines: lines(stdout),
    stderr,
    stderr_lines: lines(stderr),
  };
}

/** `start`, `end` and `delta`, by the controller's clock; null where nothing ran. */
export function times(output: Output | null, endedMs: number | undefined): Record<string, Value> {
  if (!output) return { start: null, end: null, delta: null };
  const delta = duration(output.durationMs);
  if (endedMs === undefined) return { start: null, end: null, delta };
  return { start: moment(endedMs - output.durationMs), end: moment(endedMs), delta };
}

/** What is registered when nothing ran: skipped by creates or removes, or by check mode. */
export function notRun(entries: Record<string, Value>): Dict {
  return Dict.of({
    changed: false,
    rc: 0,
    stdout: "",
    stdout_lines: [],
    stderr: "",
    stderr_lines: [],
    ...times(null, undefined),
    ...entries,
  });
}

/** `2026-11-25 00:27:34.442000`, in UTC: the module knows no time zone. */
function moment(ms: number): string {
  return new Date(ms).toISOString().replace("T", " ").replace("Z", "000");
}

/** Python's timedelta: `0:00:00.055599`. */
function duration(ms: number): string {
  const micro = Math.round(ms * 1000);
  const seconds = Math.floor(micro / 1_000_000);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${String(micro % 1_000_000).padStart(6, "0")}`;
}
