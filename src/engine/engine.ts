/**
 * Runs playbooks on hosts, and takes back what a run did: the room where everything meets.
 *
 * Words: a **batch** is the hosts that run together; a **frame** is where a node stands (play, blocks, roles around it);
 * a **view** is what a task sees on a host; a **change** is recorded, then applied, and can be reverted; a **net** is a
 * block that will catch a host's failure.
 * Must: a change is in the journal, on disk, before its script is sent. Must: whatever happens, `run:ended` is written
 * unless the disk refuses. Must: recap and exit code are Ansible's for every playbook that Ansible knows.
 */

export { loginName } from "./login-name.ts";
export { type PlayWorld, playHead } from "./play-keywords.ts";
export { type LeftFolder, pruneHosts } from "./prune-hosts.ts";
export { type ResumeOptions, resumeRun } from "./resume-run.ts";
export { type RollbackOptions, rollbackRun } from "./rollback-run.ts";
export { runPlaybooks } from "./run-playbooks.ts";
export {
  type Ask,
  type Clock,
  type ConnectionDefaults,
  type EngineOptions,
  type InFlight,
  type NextBatch,
  type OnFailure,
  type Random,
  type RunOutcome,
  type Stop,
  systemRandom,
  type World,
  wallClock,
} from "./world.ts";
