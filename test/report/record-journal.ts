/** Makes a small journal for the tests of reports from a real one: `node test/report/record-journal.ts JOURNAL NAME`. What no report
 *  reads is left out, and paths begin at the playbooks. Recorded: runs of `npm run demo` on six rehearsal hosts. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

type Fields = Record<string, unknown>;

const [journal = "", name = ""] = process.argv.slice(2);
const kept = readFileSync(journal, "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line.replaceAll(/"[^"]*?\/(?=(playbooks|demo|inventory)\/)/g, '"')) as Fields)
  .filter(({ type }) => type !== "host:started" && type !== "host:locked" && type !== "host:unlocked")
  .map((event) => JSON.stringify(trimmed(event)));
writeFileSync(join(import.meta.dirname, "data", `${name}.jsonl`), `${kept.join("\n")}\n`);

function trimmed(event: Fields): Fields {
  const unread = [
    "sum",
    "exact",
    "effects",
    "changes",
    "state",
    "args",
    "brought",
    "script",
    "reached",
    "output",
    "sources",
  ];
  const rest = Object.fromEntries(Object.entries(event).filter(([key]) => !unread.includes(key)));
  return "result" in rest ? { ...rest, result: trimmedResult(rest["result"] as Fields | null) } : rest;
}

function trimmedResult(result: Fields | null): Fields | null {
  const { msg, stderr, skip_reason, results, diagnosis } = result ?? {};
  const { verdict, switchedOnBy, leaked, idsLeft } = (diagnosis ?? {}) as Fields;
  const all: Fields = {
    msg,
    stderr,
    skip_reason,
    results: Array.isArray(results) ? results.map((each) => trimmedResult(Object(each))) : undefined,
    diagnosis: diagnosis ? { verdict, switchedOnBy, leaked, idsLeft } : undefined,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
