import type { Journal } from "../journal/journal.ts";
import {
  ansibleJson,
  ndjsonReader,
  type Paper,
  type PrettyOptions,
  plainReader,
  prettyReader,
  type Reader,
} from "../report/report.ts";
import type { RunFlags } from "./run-options.ts";

/** The reader that `--output` asks for: pretty on a terminal, plain elsewhere and under CI. */
export function chooseReader(flags: RunFlags, paper: Paper, more: Pick<PrettyOptions, "isNow"> = {}): Reader {
  const isLive =
    process.stdout.isTTY && !process.env["CI"] && process.env["TERM"] !== "dumb" && !flags.verbose;
  const kind = flags.output ?? (isLive ? "pretty" : "plain");
  const diff = flags.diff ?? false;
  switch (kind) {
    case "pretty":
      return prettyReader(paper, { diff, ...more });
    case "json":
      return ansibleJson(paper);
    case "ndjson":
      return ndjsonReader(paper);
    case "plain":
      return plainReader(paper, { verbosity: flags.verbose ?? 0, diff });
  }
}

/** Lets the reader follow the journal while `act` writes it, and gives the screen back on every path. */
export async function withReader<T>(reader: Reader, journal: Journal, act: () => Promise<T>): Promise<T> {
  const stop = journal.subscribe((event) => reader.read(event));
  try {
    return await act();
  } finally {
    stop();
    await reader.end();
  }
}
