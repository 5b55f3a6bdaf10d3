/**
 * The journal of a run that goes on: what it tells already is not told again.
 *
 * Where the first new thing happens, the play, the batch and the task that it belongs to are told once more, so that
 * whoever reads from there on knows where he is.
 */

import type { Event, EventName, Events, Journal } from "../journal/journal.ts";
import type { Past } from "./past.ts";

const headings = ["play:started", "batch:started", "task:started"] as const;
type Heading = (typeof headings)[number];

export function goingOn(journal: Journal, events: readonly Event[], past: Past): Journal {
  const told = new Set(events.map((event) => identity(event.type, event)));
  const waiting = new Map<Heading, () => void>();

  function tell<Name extends EventName>(type: Name, body: Events[Name], how: () => void): boolean {
    if (isHeading(type)) {
      for (const below of headings.slice(headings.indexOf(type))) waiting.delete(below);
      if (isTold(type, body)) {
        waiting.set(type, how);
        return false;
      }
    } else if (isKnown(type, body)) return false;
    // It is no part of the task before it.
    if (type === "soak:started" || type === "task:declined") waiting.delete("task:started");
    if (!type.startsWith("message:") && !type.startsWith("run:")) announce();
    return true;
  }

  function isKnown<Name extends EventName>(type: Name, body: Events[Name]): boolean {
    if (type === "host:started" || type === "task:ended" || type === "item:ended")
      return hasEnded(past, type, body as Events["item:ended"]);
    return isTold(type, body);
  }

  function isTold(type: EventName, body: object): boolean {
    const id = identity(type, body);
    return id !== null && told.has(id);
  }

  function announce(): void {
    for (const heading of headings) waiting.get(heading)?.();
    waiting.clear();
  }

  return {
    ...journal,
    note(type, body) {
      if (tell(type, body, () => journal.note(type, body))) journal.note(type, body);
    },
    async write(type, body) {
      if (tell(type, body, () => journal.note(type, body))) await journal.write(type, body);
    },
  };
}

function isHeading(type: EventName): type is Heading {
  return (headings as readonly string[]).includes(type);
}

function hasEnded(past: Past, type: EventName, { task, host, index }: Events["item:ended"]): boolean {
  return (type === "item:ended" ? past.round(task.id, host, index) : past.ended(task.id, host)) !== null;
}

/** Two events with one identity tell the same. What has none (null) is always new. */
function identity(type: EventName, body: object): string | null {
  const about = body as Record<string, unknown> & { readonly task?: { readonly id: string } };
  switch (type) {
    case "play:started":
      return JSON.stringify([type, about["play"]]);
    case "batch:started":
      return JSON.stringify([type, about["play"], about["batch"]]);
    case "task:started":
      return JSON.stringify([type, about.task?.id]);
    case "gate:ended":
      return JSON.stringify([type, about["play"], about["batch"], about["held"]]);
    case "batch:ended":
      return JSON.stringify([type, about["play"], about["batch"], about["failed"], about["unreachable"]]);
    case "message:said":
      return JSON.stringify([type, about["level"], about["text"]]);
    case "rollback:started":
      return JSON.stringify([type, about["scope"], about["hosts"]]);
    default:
      return null;
  }
}
