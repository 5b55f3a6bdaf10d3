/** A run in few lines, none of which is drawn over: batches, changes and failures; for screen readers. */

import type { Event, Events } from "../journal/journal.ts";
import {
  failureText,
  firstHosts,
  harmless,
  howMany,
  type Reader,
  soakWords,
  textsSaid,
} from "../report/report.ts";
import { batchLines } from "./screens/batch.ts";

export function rolloutReader(paper: { write(text: string): void }): Reader {
  const say = (text: string): void => paper.write(`${harmless(text)}\n`);
  let isDry = false;
  return {
    read: (event) => {
      if (event.type === "run:started") isDry = event.check;
      for (const line of linesOf(event, isDry)) say(line);
    },
    end: () => {},
  };
}

function linesOf(event: Event, isDry: boolean): string[] {
  switch (event.type) {
    case "play:started":
      return event.hosts.length === 0 ? [] : [`${event.name}: ${howMany(event.hosts.length, "host")}`];
    case "batch:started":
      return event.of > 1 ? [`Batch ${event.batch} of ${event.of}: ${firstHosts(event.hosts)}`] : [];
    case "item:ended":
      return saidLines(event);
    case "task:ended":
      return [...outcomeLines(event, isDry), ...saidLines(event)];
    case "change:reverted":
      return [`${event.host}: taken back: ${event.task.name}`];
    case "change:revert-failed":
      return [`${event.host}: NOT taken back: ${event.task.name}: ${event.message}`];
    case "batch:ended":
      return event.of > 1 ? batchLines([event]) : [];
    case "soak:started":
      return [soakWords(event)];
    case "run:ended":
      return [`The run ended with ${event.exitCode}.`];
    default:
      return [];
  }
}

function outcomeLines(
  { host, task, outcome, ignored, result }: Events["task:ended"],
  isDry: boolean,
): string[] {
  // Of the play's own affairs (facts, groups) nobody wants to hear.
  if (outcome === "changed" && task.module !== "group_by" && task.module !== "set_fact")
    return [`${host}: ${isDry ? "would change" : "changed"}: ${task.name}`];
  if (ignored || (outcome !== "failed" && outcome !== "unreachable")) return [];
  return [`${host}: ${outcome}: ${task.name}: ${failureText(result)}`];
}

function saidLines(event: Events["task:ended"] | Events["item:ended"]): string[] {
  return textsSaid(event).map((text) => `${event.host}: ${text}`);
}
