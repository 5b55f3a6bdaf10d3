import type { Event, Events, Json } from "../journal/journal.ts";
import { diffText } from "./diff-text.ts";
import { eventLine } from "./event-line.ts";
import { noWayBackTeller } from "./no-way-back.ts";
import type { Paper, Reader } from "./reader.ts";
import { recapLines } from "./recap.ts";
import { isSpeaker } from "./spoken.ts";
import { harmless, paint, type Tone } from "./style.ts";

/** For logs: no cursor movement, one event a line group, the lines that people's scripts know from Ansible.
 *  @param verbosity 0 to 4: from 1 on, results of tasks that went well are shown too */
export function plainReader(
  paper: Paper,
  options: { readonly verbosity: number; readonly diff: boolean },
): Reader {
  /** Tasks whose items were shown one by one, with their hosts. */
  const looped = new Set<string>();
  const noWayBack = noWayBackTeller();
  const say = (text: string, tone?: Tone): void =>
    paper.write(`${tone ? paint(paper.colour, tone, text) : text}\n`);

  function taskEnded(event: Events["task:ended"]): void {
    if (options.diff) showDiffs(event);
    const wasLoop = looped.has(`${event.task.id} ${event.host}`);
    for (const line of outcomeLines(event, options.verbosity, wasLoop)) say(line.text, line.tone);
    if (event.ignored) say("...ignoring", "skipped");
  }

  function showDiffs(event: Events["task:ended"]): void {
    for (const diff of event.diff ?? []) {
      const text = diffText(diff, paper.colour);
      if (text) say(text);
    }
  }

  function read(event: Event): void {
    switch (event.type) {
      case "play:started":
        say(`\n${banner(`PLAY [${harmless(event.name)}]`, paper.columns)}`);
        break;
      case "task:started":
        say(`\n${banner(`${heading[event.task.kind]} [${harmless(event.task.name)}]`, paper.columns)}`);
        break;
      case "item:ended":
        itemEnded(event);
        break;
      case "task:ended":
        taskEnded(event);
        break;
      case "change:recorded": {
        const line = noWayBack(event);
        if (line !== null) say(line, "skipped");
        break;
      }
      case "task:retrying":
        say(
          `FAILED - RETRYING: [${event.host}]: ${harmless(event.task.name)} (${event.retriesLeft} retries left).${event.said ? ` ${harmless(event.said)}` : ""}`,
          "skipped",
        );
        break;
      case "message:said":
        say(
          messageLine(event),
          event.level === "info" ? undefined : event.level === "error" ? "failed" : "warning",
        );
        break;
      case "run:ended":
        say(`\n${banner("PLAY RECAP", paper.columns)}`);
        for (const line of recapLines(event.recap, paper.colour)) say(line);
        say("");
        break;
      default: {
        const line = eventLine(event);
        if (line) say(line.text, line.tone);
      }
    }
  }

  function itemEnded(event: Events["item:ended"]): void {
    looped.add(`${event.task.id} ${event.host}`);
    const label = ` => (item=${harmless(event.label)})`;
    if (event.outcome === "failed" || event.outcome === "unreachable")
      say(`failed: [${event.host}] (item=${harmless(event.label)}) => ${compact(event.result)}`, "failed");
    else
      say(
        `${word[event.outcome]}: [${event.host}]${label}${detail(event.task.module, event.result, options.verbosity)}`,
        event.outcome,
      );
    if (event.ignored) say("...ignoring", "skipped");
  }

  return { read, end: () => {} };
}

const heading = {
  task: "TASK",
  setup: "TASK",
  handler: "RUNNING HANDLER",
  gate: "GATE",
  rollback: "ROLLBACK",
} as const;

const word = {
  ok: "ok",
  changed: "changed",
  skipped: "skipping",
  failed: "failed",
  unreachable: "unreachable",
} as const;

/** `PLAY [x] ****`: stars up to the width of the terminal, as wide as 80 columns in a log. */
function banner(text: string, columns: number): string {
  return `${text} ${"*".repeat(Math.max(3, Math.min(columns, 80) - 1 - text.length))}`;
}

/** @param wasLoop its items were shown one by one: the whole is shown only where it says something more */
function outcomeLines(
  event: Events["task:ended"],
  verbosity: number,
  wasLoop: boolean,
): { text: string; tone: Tone }[] {
  const host = event.delegate ? `${event.host} -> ${event.delegate}` : event.host;
  switch (event.outcome) {
    case "failed":
      return wasLoop
        ? []
        : [{ text: `fatal: [${host}]: FAILED! => ${compact(event.result)}`, tone: "failed" }];
    case "unreachable":
      return [{ text: `fatal: [${host}]: UNREACHABLE! => ${compact(event.result)}`, tone: "unreachable" }];
    case "skipped":
      return [{ text: `skipping: [${host}]`, tone: "skipped" }];
    default:
      return wasLoop
        ? []
        : [
            {
              text: `${word[event.outcome]}: [${host}]${detail(event.task.module, event.result, verbosity)}`,
              tone: event.outcome,
            },
          ];
  }
}

/** Modules whose very point is what they say are shown whole, the others from `-v` on. */
function detail(module: string, result: Json, verbosity: number): string {
  if (isSpeaker(module))
    return ` => ${harmless(JSON.stringify(sorted(without(result, ["changed", "failed"])), null, 4))}`;
  return verbosity > 0 ? ` => ${compact(result)}` : "";
}

function compact(result: Json): string {
  // Whether it failed stands in front already.
  return harmless(spaced(sorted(without(result, ["failed"]) ?? {})));
}

/** Its keys in order, all the way down, as Ansible prints them. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}

/** JSON with a space after each comma and colon, as Python writes it. */
function spaced(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((each) => spaced(each)).join(", ")}]`;
  if (value !== null && typeof value === "object")
    return `{${Object.entries(value)
      .map(([key, each]) => `${JSON.stringify(key)}: ${spaced(each)}`)
      .join(", ")}}`;
  return JSON.stringify(value);
}

function without(result: Json, keys: readonly string[]): Json {
  if (result === null || typeof result !== "object" || Array.isArray(result)) return result;
  return Object.fromEntries(Object.entries(result).filter(([key]) => !keys.includes(key)));
}

function messageLine(event: Events["message:said"]): string {
  const place = event.place ? `${event.place.file}:${event.place.line}:${event.place.column}: ` : "";
  if (event.level === "warning") return `[WARNING]: ${place}${harmless(event.text)}`;
  if (event.level === "error") return `ERROR! ${place}${harmless(event.text)}`;
  return `${place}${harmless(event.text)}`;
}
