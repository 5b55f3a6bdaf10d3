/** Reports as files: each format is a function from an account to text. */

import type { Event } from "../../journal/journal.ts";
import { harmlessJson } from "../../problem/problem.ts";
import { ansibleJson } from "../ansible-json.ts";
import type { Account } from "./account.ts";
import { csvReport } from "./csv.ts";
import { htmlReport } from "./html/page.ts";
import { junitReport } from "./junit.ts";
import { markdownReport } from "./markdown.ts";

export type ReportFormat = "html" | "md" | "json" | "junit" | "csv";

/** Each format, and the endings of files that mean it. */
export const reportFormats: Readonly<Record<ReportFormat, readonly string[]>> = {
  html: [".html", ".htm"],
  md: [".md", ".markdown"],
  json: [".json"],
  junit: [".xml"],
  csv: [".csv"],
};

const writers: Readonly<Record<ReportFormat, (account: Account) => string>> = {
  html: htmlReport,
  md: markdownReport,
  json: (account) => `${JSON.stringify(account, null, 1).split("\n").map(harmlessJson).join("\n")}\n`,
  junit: junitReport,
  csv: csvReport,
};

export function writtenReport(account: Account, format: ReportFormat): string {
  return writers[format](account);
}

/** The events as Ansible's `json` callback would have told them. */
export function ansibleShape(events: readonly Event[]): string {
  let text = "";
  const write = (more: string): void => {
    text += more;
  };
  const reader = ansibleJson({ write, colour: false, columns: 80, rows: 24 });
  for (const event of events) reader.read(event);
  void reader.end();
  return text;
}
