import type { RunSummary } from "../journal/journal.ts";
import { howMany } from "./how-many.ts";

const states = {
  live: "running",
  died: "stopped: resume or rollback",
  damaged: "DAMAGED: show RUN --verify",
};

/** A line a run, newest first: id, when, what, how it ended. */
export function runsTable(runs: readonly RunSummary[]): string {
  const rows = runs.map((run) => [
    run.run,
    run.at.slice(0, 19).replace("T", " "),
    `${run.command}${run.check && run.command === "run" ? " --check" : ""}`,
    howMany(run.hosts, "host"),
    howMany(run.changes, "change"),
    run.state === "ended" ? `exit ${run.exitCode}` : states[run.state],
    run.of ? `of ${run.of}` : run.playbooks.join(" "),
  ]);
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, i) => Math.max(widest[i] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
