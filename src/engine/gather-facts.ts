import type { Play, Task } from "../playbook/playbook.ts";
import { Dict, isList, str } from "../template/template.ts";
import { inside, playFrame } from "./frame.ts";
import type { HostState } from "./host-state.ts";
import { takingPart } from "./linear.ts";
import { located, locatedBoolean } from "./located.ts";
import type { Run } from "./run.ts";
import { runTaskOnHosts } from "./task-on-hosts.ts";
import { viewOf } from "./variables.ts";

/** "Gathering Facts", where the play does not say `gather_facts: false`. */
export async function gatherFacts(run: Run, play: Play, batch: readonly HostState[]): Promise<void> {
  const hosts = takingPart(run, batch);
  const [first] = hosts;
  if (!first) return;
  const frame = playFrame(play);
  const view = viewOf(run, first, frame);
  if (!locatedBoolean(play.gatherFacts, view, true)) return;
  const options = new Dict();
  const subset = located(play.gatherSubset, view);
  if (subset !== undefined && subset !== null)
    options.set("gather_subset", isList(subset) ? subset.map((each) => str(each)) : str(subset));
  const timeout = located(play.gatherTimeout, view);
  if (timeout !== undefined && timeout !== null) options.set("gather_timeout", timeout);
  const { kind } = run.play;
  run.play.kind = "setup";
  const task = setupTask(play, options);
  await runTaskOnHosts(run, task, inside(frame, task), hosts);
  run.play.kind = kind;
}

/** The task that every such play begins with; it runs whatever the tags are. */
function setupTask(play: Play, options: Dict): Task {
  return {
    kind: "task",
    name: { value: "Gathering Facts", place: play.place },
    place: play.place,
    module: "setup",
    action: "gather_facts",
    foreign: false,
    args: { place: play.place, options, places: new Map() },
    tags: ["always"],
    when: [],
    notify: [],
    listen: [],
    baseDir: play.baseDir,
  };
}
