import type { Event, Events, Json } from "../journal/journal.ts";
import { harmlessJson } from "../problem/problem.ts";
import type { Paper, Reader } from "./reader.ts";

interface TaskReport {
  readonly task: {
    readonly name: string;
    readonly id: string;
    readonly path: string;
    readonly duration: { start: string; end?: string };
  };
  readonly hosts: Record<string, Json>;
}

interface PlayReport {
  readonly play: {
    readonly name: string;
    readonly id: string;
    readonly path: string;
    readonly duration: { start: string; end?: string };
  };
  readonly tasks: TaskReport[];
}

/** One JSON document at the end, in the shape of Ansible's `json` callback; ours stand under `kmend`. */
export function ansibleJson(paper: Paper): Reader {
  const plays: PlayReport[] = [];
  const said: Json[] = [];
  const rollback: Json[] = [];
  let stats: Json = {};
  let run: Json = null;

  function read(event: Event): void {
    switch (event.type) {
      case "run:started":
        run = { run: event.run, command: event.command, check: event.check };
        break;
      case "play:started":
        plays.push({
          play: {
            name: event.name,
            id: String(event.play),
            path: `${event.place.file}:${event.place.line}`,
            duration: { start: event.at },
          },
          tasks: [],
        });
        break;
      case "task:started":
        plays.at(-1)?.tasks.push({
          task: {
            name: event.task.name,
            id: event.task.id,
            path: `${event.task.place.file}:${event.task.place.line}`,
            duration: { start: event.at },
          },
          hosts: {},
        });
        break;
      case "task:ended":
        addResult(plays.at(-1), event, event.at);
        break;
      case "message:said":
        if (event.level !== "info") said.push({ level: event.level, text: event.text });
        break;
      case "change:reverted":
      case "change:revert-failed":
      case "rollback:ended":
        rollback.push(event as unknown as Json);
        break;
      case "run:ended":
        stats = event.recap as unknown as Json;
        break;
      default:
    }
  }

  return {
    read,
    end: () =>
      paper.write(
        `${harmlessJsonLines({ custom_stats: {}, global_custom_stats: {}, kmend: { run, messages: said, rollback }, plays, stats: ansibleStats(stats) })}\n`,
      ),
  };
}

function harmlessJsonLines(document: object): string {
  const lines = JSON.stringify(document, null, 4).split("\n");
  return lines.map(harmlessJson).join("\n");
}

function addResult(play: PlayReport | undefined, event: Events["task:ended"], at: string): void {
  const report = play?.tasks.findLast((task) => task.task.id === event.task.id);
  if (!play || !report) return;
  report.task.duration.end = at;
  play.play.duration.end = at;
  report.hosts[event.host] = {
    ...(event.result as Record<string, Json>),
    action: event.task.module,
    changed: event.outcome === "changed",
    ...(event.outcome === "failed" ? { failed: true } : {}),
    ...(event.outcome === "skipped" ? { skipped: true } : {}),
    ...(event.outcome === "unreachable" ? { unreachable: true } : {}),
    ...(event.diff ? { diff: event.diff as unknown as Json } : {}),
  };
}

/** Ansible calls failed hosts' count `failures` here. */
function ansibleStats(recap: Json): Json {
  return Object.fromEntries(
    Object.entries((recap ?? {}) as Record<string, Record<string, number>>).map(
      ([host, { failed = 0, ...rest }]) => [host, { ...rest, failures: failed }],
    ),
  ) as Json;
}
