import { Listr } from "listr2";
import type { Event, Events } from "../journal/journal.ts";
import { diffText } from "./diff-text.ts";
import { eventLine } from "./event-line.ts";
import { fewLines } from "./few-lines.ts";
import { type FleetView, failureText, fleetView, paintFleet } from "./fleet-view.ts";
import { foldedRecap } from "./folded-recap.ts";
import { firstHosts } from "./host-order.ts";
import { howMany } from "./how-many.ts";
import { noWayBackTeller } from "./no-way-back.ts";
import type { Paper, Reader } from "./reader.ts";
import { skippedTasks } from "./skipped-tasks.ts";
import { soakLeft, soakWords } from "./soak-line.ts";
import { spoken } from "./spoken.ts";
import { harmless, paint } from "./style.ts";
import { wrap } from "./wrap.ts";

// A redraw costs about 2 ms for 200 hosts; ten a second look alive and leave the processor to SSH.
const redrawMs = 100;

/** Listr sets its output in, and breaks a line that comes nearer to the edge. */
const indentOfLive = 6;

export interface PrettyOptions {
  readonly diff: boolean;
  /** Asked as each task begins: where it says no, what is read is over already, and nothing moves. Absent: it happens now. */
  readonly isNow?: () => boolean;
}

/** For a terminal of any size: one line a task that is over, and below it the fleet as it is now. One Listr task a
 *  playbook task: one a host took six times the processor that the hosts did. */
export function prettyReader(paper: Paper, options: PrettyOptions): Reader {
  const { view, take } = fleetView();
  const noWayBack = noWayBackTeller();
  const said = spoken();
  const skipped = skippedTasks();
  let live: LiveTask | null = null;
  let isSoaking = false;
  let queue = Promise.resolve();
  /** What is to be written stands in line behind the live tasks, so that none tears another's frame. */
  const after = (act: () => void | Promise<void>): void => {
    queue = queue.then(act);
  };
  const say = (text: string): void => {
    // The line of a task under way comes before what is said meanwhile, and brings them along.
    if (!live) saySkipped();
    after(() => paper.write(`${text}\n`));
  };
  /** Of the task under way: hosts that it was lost on, and those that go on although it failed. */
  const failed = fewLines(say);
  const ignored = fewLines(say);
  const columns = (): number => (process.stdout.isTTY ? paper.columns : Number.POSITIVE_INFINITY);

  function skippedLine(): readonly string[] {
    const line = skipped.line();
    return line === null ? [] : [paint(paper.colour, "dim", marked("–", line, columns()))];
  }

  function saySkipped(): void {
    for (const line of skippedLine()) after(() => paper.write(`${line}\n`));
  }

  function begin(title: string, frame: () => string[]): void {
    const isLive = process.stdout.isTTY && (options.isNow?.() ?? true);
    live = liveTask(paper, { title, frame, isLive });
    after(live.run);
  }

  /** @param isOver something came after it; else there may be hosts of whose end nobody knows */
  function endTask(isOver = true): void {
    if (!live) return;
    const ending = live;
    const well = failed.count > 0 ? paint(paper.colour, "failed", "✖") : paint(paper.colour, "ok", "✔");
    const isKnown = isOver || view.waiting <= 0;
    if (isKnown && !isSoaking && isSkipped(view)) {
      skipped.add(harmless(view.task?.name ?? ""));
      ending.end(null);
    } else {
      const title = marked(isKnown ? well : "…", isSoaking ? ending.title : taskTitle(view), columns());
      ending.end([...skippedLine(), title].join("\n"));
    }
    live = null;
    isSoaking = false;
    for (const line of said.lines(columns())) say(line);
    failed.end((left) => paint(paper.colour, "failed", `  ✖ and ${howMany(left, "more host")}`));
    ignored.end((left) => paint(paper.colour, "dim", `  ignored: and ${howMany(left, "more host")}`));
  }

  function read(event: Event): void {
    // Whatever comes, a soak is over with it.
    if (event.type === "task:started" || isSoaking) endTask();
    take(event);
    said.take(event);
    switch (event.type) {
      case "play:started":
        endTask();
        say(`\n${paint(paper.colour, "bold", harmless(event.name))}  ${howMany(event.hosts.length, "host")}`);
        break;
      case "batch:started":
        endTask();
        if (event.of > 1) say(`  batch ${event.batch} of ${event.of}: ${batchNames(event.hosts)}`);
        break;
      case "task:started":
        begin(harmless(event.task.name), () =>
          paintFleet(view, {
            columns: paper.columns - indentOfLive,
            rows: Math.max(3, paper.rows - 4),
            now: Date.now(),
          }),
        );
        break;
      case "soak:started":
        endTask();
        begin(soakWords(event), () => [soakLeft(event, Date.now())]);
        isSoaking = true;
        break;
      case "task:ended":
        taskEnded(event);
        break;
      case "change:recorded": {
        const line = noWayBack(event);
        if (line !== null) say(paint(paper.colour, "skipped", `  ${harmless(event.task.name)}: ${line}`));
        break;
      }
      case "message:said":
        if (event.level === "info") say(harmless(event.text));
        else say(paint(paper.colour, event.level === "error" ? "failed" : "warning", harmless(event.text)));
        break;
      case "run:ended":
        endTask();
        say(`\n${foldedRecap(event.recap, paper.colour).join("\n")}`);
        break;
      default: {
        const line = eventLine(event);
        if (event.type === "task:declined" || (line && view.waiting <= 0)) endTask();
        if (line) say(paint(paper.colour, line.tone, line.text));
      }
    }
  }

  function taskEnded(event: Events["task:ended"]): void {
    const shown = `${event.host}: ${harmless(event.task.name)}`;
    if (options.diff) for (const diff of event.diff ?? []) say(diffText(diff, paper.colour));
    if (event.outcome !== "failed" && event.outcome !== "unreachable") return;
    const message = harmless(failureText(event.result));
    // Nobody has to act on what is ignored: its first line will do.
    if (event.ignored)
      ignored.say(paint(paper.colour, "dim", `  ignored: ${shown}: ${message.split("\n")[0]}`));
    else failed.say(paint(paper.colour, event.outcome, `  ✖ ${shown}: ${indented(message)}`));
  }

  return {
    read,
    aside(act) {
      // Between two tasks nothing moves; within one it goes on afterwards.
      if (view.waiting <= 0) endTask();
      const lending = live;
      lending?.end(null);
      return new Promise((resolve, reject) => {
        after(() => act().then(resolve, reject));
        if (lending) begin(lending.title, lending.frame);
      });
    },
    async end() {
      endTask(false);
      saySkipped();
      await queue;
    },
  };
}

/** Below its host's line: a way out of several lines would look like the next thing that is said. */
function indented(message: string): string {
  return message.replaceAll("\n", "\n    ");
}

/** Up to so many hosts of a batch are all named. */
const mostInBatch = 8;

function batchNames(hosts: readonly string[]): string {
  const names = firstHosts(hosts, hosts.length > mostInBatch ? 3 : mostInBatch);
  return hosts.length > mostInBatch ? `${hosts.length} hosts, ${names}` : names;
}

/** Of all its hosts none ran it. */
function isSkipped({ counts }: FleetView): boolean {
  const ran = counts.ok + counts.changed + counts.failed + counts.unreachable;
  return counts.skipped > 0 && ran === 0;
}

/** `Swap the kubelet  4 changed, 1 failed`. */
function taskTitle(view: FleetView): string {
  const counts = Object.entries(view.counts).filter(([, count]) => count > 0);
  return `${harmless(view.task?.name ?? "")}  ${counts.map(([outcome, count]) => `${count} ${outcome}`).join(", ")}`;
}

/** What does not fit stands below its text; a number stays with what it counts. */
function marked(mark: string, title: string, width: number): string {
  const glued = title.replaceAll(/(?<= \d+) (?=[a-z]+(,|$))/g, "\u00a0");
  const [first = "", ...more] = wrap(glued, width - 2, 0).map((line) => line.replaceAll("\u00a0", " "));
  return [`${mark} ${first}`, ...more.map((line) => `  ${line}`)].join("\n");
}

interface LiveTask {
  readonly title: string;
  readonly frame: () => string[];
  run(): Promise<void>;
  /** @param line what stands there from now on; null: nothing */
  end(line: string | null): void;
}

/** Drawn again and again where it is live; in the end one line of it stays. */
function liveTask(
  paper: Paper,
  { title, frame, isLive }: { readonly title: string; frame(): string[]; readonly isLive: boolean },
): LiveTask {
  const { promise: ended, resolve } = Promise.withResolvers<string | null>();
  async function run(): Promise<void> {
    if (isLive) await draw(title, frame, ended);
    const line = await ended;
    if (line !== null) paper.write(`${line}\n`);
  }
  return { title, frame, run, end: resolve };
}

async function draw(title: string, frame: () => string[], ended: Promise<unknown>): Promise<void> {
  const list = new Listr([{ title, task: (_, task) => redrawUntil(ended, task, frame) }], {
    registerSignalListeners: false,
    exitOnError: false,
    rendererOptions: { collapseErrors: false, clearOutput: true },
  });
  await list.run();
}

async function redrawUntil(
  ended: Promise<unknown>,
  task: { output: string },
  frame: () => string[],
): Promise<void> {
  const redraw = (): void => {
    task.output = frame().join("\n");
  };
  const timer = setInterval(redraw, redrawMs);
  try {
    await ended;
  } finally {
    clearInterval(timer);
  }
}
