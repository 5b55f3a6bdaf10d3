import { harmless } from "../style.ts";
import type { Account } from "./account.ts";

const columns = [
  "run",
  "host",
  "play",
  "task",
  "module",
  "place",
  "outcome",
  "ignored",
  "rescued",
  "ended_at",
  "seconds",
  "way_back",
  "message",
] as const;

/** A row for each host and task, and for each change that was taken back (RFC 4180: commas, CRLF). A field that a spreadsheet
 *  would take for a formula begins with an apostrophe. */
export function csvReport(account: Account): string {
  const { tasks, plays, run } = account;
  const playNames = new Map(plays.map(({ play, name }) => [play, name]));
  const row = (
    host: string,
    number: number,
    what: { outcome: string; endedAt: string } & Partial<{
      ignored: boolean;
      rescued: boolean;
      durationMs: number;
      wayBack: { says: string };
      message: string;
    }>,
  ): string[] => {
    const task = tasks[number];
    return [
      run,
      host,
      playNames.get(task?.play ?? 0) ?? "",
      task?.name ?? "",
      task?.module ?? "",
      task?.place ?? "",
      what.outcome,
      String(what.ignored ?? false),
      String(what.rescued ?? false),
      what.endedAt,
      what.durationMs === undefined ? "" : String(what.durationMs / 1000),
      what.wayBack?.says ?? "",
      what.message ?? "",
    ];
  };
  const rows = account.hosts.flatMap(({ host, results }) =>
    results.map((result) => row(host, result.task, result)),
  );
  const reverts = account.reverts.map(({ host, task, at, end, message }) =>
    row(host, task, {
      outcome: end === "reverted" ? end : `not reverted (${end})`,
      endedAt: at,
      ...(message === undefined ? {} : { message }),
    }),
  );
  return [[...columns], ...rows, ...reverts].map((cells) => `${cells.map(field).join(",")}\r\n`).join("");
}

function field(text: string): string {
  const shown = harmless(text.toWellFormed());
  // As OWASP's "CSV Injection" lists them; a space before one is passed over by some.
  const inert = /^[\s\u00a0\ufeff]*[=+\-@＝＋－＠]|^[\t\r\n]/.test(shown) ? `'${shown}` : shown;
  return /[",;\r\n\t]|^\s|\s$/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
