/** Ways to break the engine, to see whether the simulator finds them: `node test/simulation/mutate.ts` tries them. */

export interface Mutation {
  /** What the broken engine does. */
  readonly what: string;
  readonly file: string;
  /** Stands once in the file. */
  readonly from: string;
  readonly to: string;
  /** Only where somebody is asked before each task. */
  readonly isStepped?: true;
}

export const mutations: readonly Mutation[] = [
  {
    what: "records a change without waiting for the disk",
    file: "change.ts",
    from: 'await journal.write(\n    "change:recorded"',
    to: 'void journal.write(\n    "change:recorded"',
  },
  {
    what: "does not record a change",
    file: "change.ts",
    from: 'await journal.write(\n    "change:recorded"',
    to: 'void ((..._: unknown[]) => {})(\n    "change:recorded"',
  },
  {
    what: "does not record what a rollback takes back",
    file: "revert-change.ts",
    from: "if (!run.isRollback || isSecretChange(change)) return revertAndCompare",
    to: "if (run) return revertAndCompare",
  },
  {
    what: "takes changes back oldest first",
    file: "rollback.ts",
    from: "of [...changes].reverse()",
    to: "of [...changes]",
  },
  {
    what: "leaves out the newest",
    file: "rollback.ts",
    from: "of [...changes].reverse()",
    to: "of [...changes].reverse().slice(1)",
  },
  {
    what: "passes over a change whose end is unknown",
    file: "revert-change.ts",
    from: "  if (isUnsure) {\n",
    to: '  if (isUnsure) {\n    if (run) return { kind: "reverted" };\n',
  },
  {
    what: "looks whether it was made before a script that is still at work has ended",
    file: "revert-change.ts",
    from: "    const { check } = await run.locks.hold(lockPlace(run.connections, there));\n    const stands",
    to: '    if (isComparable(change) && (await compare(module, change, there)).kind === "reverted") return { kind: "reverted" };\n    const { check } = await run.locks.hold(lockPlace(run.connections, there));\n    const stands',
  },
  {
    what: "does not look after a revert",
    file: "revert-change.ts",
    from: "return inspection ? judge(module, change, readState(inspection, output)) : ",
    to: "return ",
  },
  {
    what: "forgets as whom a change was made",
    file: "revert-change.ts",
    from: "const there = await reach(run, change, change.become);\n  if (wayBack",
    to: "const there = await reach(run, change, null);\n  if (wayBack",
  },
  {
    what: "takes a newer change back where an older one of the same thing was",
    file: "rollback.ts",
    from: "(await takenBackBelow(run, change, given.aim)) ??",
    to: "",
  },
  {
    what: "takes an older change back below a newer one that stands",
    file: "rollback.ts",
    from: "(await standingAbove(run, change, given.standing)) ??",
    to: "",
  },
  {
    what: "runs no handlers after a rollback",
    file: "rollback.ts",
    from: "!aim.handlers || (await slots(() => runHandlers(run, takenBack)))",
    to: "true",
  },
  {
    what: "forgets the handlers of an earlier rollback",
    file: "rollback.ts",
    from: "const takenBack = aim.owed.filter(",
    to: "const takenBack = ([] as Recorded[]).filter(",
  },
  {
    what: "forgets them where the change was different after its revert",
    file: "earlier-rollbacks.ts",
    from: '(event.type === "change:revert-failed" && event.kind === "different")',
    to: "false",
  },
  {
    what: "writes over what somebody else changed",
    file: "foreign.ts",
    from: "if (theirs.length === 0) return null;",
    to: "if (theirs) return null;",
  },
  {
    what: "takes no lock",
    file: "locks.ts",
    from: "      if (place.isController) {\n",
    to: "      if (place) return noLock;\n      if (place.isController) {\n",
  },
  {
    what: "does not look whether it still has it",
    file: "locks.ts",
    from: "check: workUnderLock(place.folder, kept.number, owner.token)",
    to: 'check: raw(":")',
  },
  {
    what: "waits for the lock's own shell alone",
    file: "lock-script.ts",
    from: "export function workUnderLock(folder: string, number: number, token: string): Script {\n",
    to: "export function workUnderLock(folder: string, number: number, token: string): Script {\n  if (folder) return lockStillHeld(folder, number, token);\n",
  },
  {
    what: "does not wait for its own script when it has made a lost link anew",
    file: "locks.ts",
    from: "doubtful.set(keyOf(place), place);",
    to: "void doubtful;",
  },
  {
    what: "calls a lock lost that it has given back already",
    file: "lock-script.ts",
    from: '[ -e "$folder/lock-$number" ] || [ -e "$folder/lock-$((number + 1))" ] || exit 0\n',
    to: "",
  },
  {
    what: "never stops its heartbeat",
    file: "locks.ts",
    from: "      ending.abort();\n",
    to: "",
  },
  {
    what: "works on all hosts of the play in each batch",
    file: "plays.ts",
    from: "await runBatch(run, play, { batch,",
    to: "await runBatch(run, play, { batch: hosts,",
  },
  {
    what: "lets an unreachable host go on",
    file: "count.ts",
    from: "    host.isUnreachable = true;\n",
    to: "",
  },
  {
    what: "counts twice",
    file: "count.ts",
    from: "counts.ok += 1;",
    to: "counts.ok += 2;",
  },
  {
    what: "counts the rescued as failed",
    file: "count.ts",
    from: "if (isRescued) host.counts.rescued += 1;\n  else ",
    to: "",
  },
  {
    what: "takes back all hosts where one failed",
    file: "on-failure.ts",
    from: "rollback_host: names(lost)",
    to: "rollback_host: names(batch)",
  },
  {
    what: "goes on after a gate that did not hold",
    file: "batch.ts",
    from: "  return held;\n",
    to: "  return true;\n",
  },
  {
    what: "does all again on resume",
    file: "past.ts",
    from: "return again.has(taskKey(task, host)) ? null : (ends.get(taskKey(task, host)) ?? null);",
    to: "return null;",
  },
  {
    what: "forgets what was under way",
    file: "past.ts",
    from: "underWayOf: (task, host) => open.get(taskKey(task, host)) ?? null,",
    to: "underWayOf: () => null,",
  },
  {
    what: "tells includes and flushes apart only by how often they were reached",
    file: "task-place.ts",
    from: "more.length === 0 ? before",
    to: "more ? before",
  },
  {
    what: "runs an include for two equal items at once",
    file: "includes.ts",
    from: "found: numbered(found)",
    to: "found",
  },
  {
    what: "runs a `run_once` task anew on resume",
    file: "task-on-hosts.ts",
    from: "hosts.find((host) => run.past.hasBegun(plan.ref.id, host.name)) ?? able[0]",
    to: "able[0]",
  },
  {
    what: "ends without a last event when interrupted",
    file: "whole-run.ts",
    from: "if (stop.soft.aborted) return exitCodes.interrupted;\n  if (error instanceof KmendError) {",
    to: "if (stop.soft.aborted) throw error;\n  if (error instanceof KmendError) {",
  },
  {
    what: "a resume runs what somebody had said no to",
    file: "past.ts",
    from: "isDeclined: (task, host) => declined.has(taskKey(task, host)),",
    to: "isDeclined: () => false,",
    isStepped: true,
  },
  {
    what: "a resume forgets that a handler which was declined is notified",
    file: "step.ts",
    from: "  stayNotified(run, task, declined);\n",
    to: "",
    isStepped: true,
  },
];
