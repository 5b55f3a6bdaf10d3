import type { Paper } from "../report/report.ts";

/** Standard output as a reader's paper: colours only on a terminal that wants them. */
export function stdoutPaper(env: NodeJS.ProcessEnv = process.env): Paper {
  const { stdout } = process;
  return {
    write: (text) => void stdout.write(text),
    colour: Boolean(env["FORCE_COLOR"]) || (stdout.isTTY && !env["NO_COLOR"] && env["TERM"] !== "dumb"),
    // A terminal that was never given a size says that it has none.
    get columns() {
      return stdout.columns || 80;
    },
    get rows() {
      return stdout.rows || 24;
    },
  };
}
