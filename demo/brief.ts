/** What the demo shows of a long output on paper that is no terminal: failures, rollbacks, recaps, the plan's summary. */

const openings = [
  /^fatal: /,
  /^ROLLBACK/,
  /^reverted: /,
  /^REVERTED/,
  /^NOT REVERTED/,
  /^rolled back/,
  /^rollback failed/,
  /^gate /,
  /^NOT CONFIRMED/,
  /^TOOK ITSELF BACK/,
];

/** The lines worth reading; everything stands in `kmend show`. */
export function brief(output: string): string {
  const lines = output.split("\n");
  const summaryAt = lines.findIndex((line) => line.startsWith("PLAN for"));
  if (summaryAt >= 0) return lines.slice(summaryAt).join("\n");
  const recapAt = lines.findIndex((line) => line.startsWith("PLAY RECAP"));
  if (recapAt < 0) return output;
  const told = lines.slice(0, recapAt).filter((line) => openings.some((opening) => opening.test(line)));
  return [...told, ...lines.slice(recapAt + 1)].join("\n");
}
