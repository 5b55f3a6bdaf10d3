/** A soak is told when it begins: how long, and until when. */

import t from "tap";
import type { Events } from "../../src/journal/journal.ts";
import { plainReader } from "../../src/report/report.ts";
import { soakLeft } from "../../src/report/soak-line.ts";
import { rolloutReader } from "../../src/wizard/rollout-reader.ts";
import { madeUpJournal } from "./recorded.ts";

const soak: Events["soak:started"] = {
  play: 1,
  batch: 1,
  of: 3,
  seconds: 300,
  until: "2026-11-27T10:05:00.250Z",
};

function said(given: Partial<Events["soak:started"]>, output: "plain" | "wizard" = "plain"): string {
  const { events, add } = madeUpJournal();
  add("soak:started", { ...soak, ...given });
  let text = "";
  const write = (more: string): void => {
    text += more;
  };
  const paper = { write, colour: false, columns: 80, rows: 24 };
  const reader =
    output === "plain" ? plainReader(paper, { verbosity: 0, diff: false }) : rolloutReader(paper);
  for (const event of events) reader.read(event);
  return text;
}

t.test("in one line, on paper and in the wizard", async (t) => {
  const line = "soak of 5 min after batch 1 of 3, until 2026-11-27T10:05:00Z\n";
  t.equal(said({}), `\n${line}`);
  t.equal(said({}, "wizard"), line);
});

t.test("as people say it", async (t) => {
  const words = (seconds: number): string | undefined =>
    said({ seconds, of: 1 }).match(/^\nsoak of (.*), until/)?.[1];
  t.strictSame([10, 90, 3600, 5400].map(words), ["10 s", "1 min 30 s", "1 h", "1 h 30 min"]);
});

t.test("a terminal counts down to its end, and not below", async (t) => {
  const end = Date.parse(soak.until);
  t.strictSame(
    [252_000, 900, -5000].map((ms) => soakLeft(soak, end - ms)),
    ["4 min 12 s left", "1 s left", "0 s left"],
  );
});
