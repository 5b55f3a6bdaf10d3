import type { Event, Events } from "../journal/journal.ts";
import { harmless, type Tone } from "./style.ts";

/** A task that somebody said no to. */
export function declinedLine(event: Event): { text: string; tone: Tone } | null {
  if (event.type !== "task:declined") return null;
  return { text: `\nNOT RUN ${harmless(event.task.name)}: ${declinedWords(event)}`, tone: "skipped" };
}

/** `left out on app-1, app-2, by the answer that --step was given`. */
export function declinedWords({ hosts }: Events["task:declined"]): string {
  return `left out on ${hosts.join(", ")}, by the answer that --step was given`;
}
