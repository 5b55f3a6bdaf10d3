/** The recording that README shows: what is typed in it, how it is filmed, and the journals of its runs, which are kept beside it so
 *  that whoever changes how a run looks can be told that the picture is old. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../../src/journal/journal.ts";
import { type Frame, filmOf } from "./film.ts";
import type { Ran } from "./session.ts";
import type { Titles } from "./svg.ts";

export const screenSize = { columns: 100, rows: 28 };

/** What is typed, by the command of the run that comes of it. */
export const typed = {
  scan: "kmend scan -i fleet.yml",
  run: "kmend run -i fleet.yml playbooks/kmem.yml --limit app-1",
  rollback: "kmend rollback last",
} as const;

export type RecordedCommand = keyof typeof typed;

export const recordedCommands = Object.keys(typed) as readonly RecordedCommand[];

export const titles: Titles = {
  ...screenSize,
  title: "kmend finds a leak, mends a node, and takes the mend back",
  description: `A recording of a terminal. ${Object.values(typed)
    .map((command) => `"${command}"`)
    .join(
      ", then ",
    )}. The scan tells hosts that leak from those that do not, with the reason; the run swaps the kubelet of app-1, renews kubepods and verifies; the rollback takes each change back, the newest first. A real run on rehearsal hosts, its waits shortened.`,
};

/** @param rows seen at once: of more than the screen has, nothing scrolls out of sight */
export function recordingOf(ran: readonly Ran[], rows = screenSize.rows): Promise<readonly Frame[]> {
  const pace = { longestWaitMs: 200, workMs: 12_000, readMs: [4500, 1500, 2500] };
  return filmOf(ran, { ...screenSize, rows, ...pace });
}

/** Keeps of a run what the readers of a terminal read, and nothing of the machine that it was made on. */
export function keepJournal(command: RecordedCommand, events: readonly Event[]): void {
  const lines = events
    .filter(({ type }) => type !== "host:locked" && type !== "host:unlocked" && type !== "change:wayback")
    .map((event) => JSON.stringify(trimmed(event)));
  const file = fileOf(command);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, `${lines.join("\n")}\n`);
}

export function keptJournal(command: RecordedCommand): readonly Event[] {
  return readFileSync(fileOf(command), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Event);
}

function fileOf(command: RecordedCommand): string {
  return join(import.meta.dirname, "recording", `${command}.jsonl`);
}

const unread = [
  ...["exact", "effects", "changes", "state", "args", "brought", "script", "reached", "output"],
  ...["sources", "who", "options", "save", "become", "env", "handlers", "playbooks", "inventories"],
];

/** Of results what a scan says of a host is read, and of that not what it rests on; and what tasks say that speak. */
function trimmed(event: Event): object {
  const place = { file: "site.yml", line: 1, column: 1 };
  const read = Object.entries(event).flatMap(([key, value]) => {
    if (unread.includes(key)) return [];
    if (key === "result") return [[key, trimmedResult(value)]];
    if (key === "task") return [[key, { ...value, place, at: undefined }]];
    if (key === "place") return [[key, place]];
    return [[key, value]];
  });
  return Object.fromEntries(read);
}

function trimmedResult(result: unknown): object {
  const { diagnosis, mend, msg } = (result ?? {}) as {
    readonly msg?: string;
    readonly diagnosis?: Readonly<Record<string, unknown>>;
    readonly mend?: readonly { readonly does: string }[] | null;
  };
  if (!diagnosis) return msg === undefined ? {} : { msg };
  const { verdict, switchedOnBy, switchesOnNow, perPod, leaked, idsLeft } = diagnosis;
  const told = { verdict, switchedOnBy, switchesOnNow, perPod, leaked, idsLeft };
  return { diagnosis: told, mend: mend?.map(({ does }) => ({ does })) ?? null };
}
