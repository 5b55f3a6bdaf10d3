/** The variables that no one sets: which host, play, role and run this is. */

import { basename } from "node:path";
import { groupNames, groupsDict } from "../inventory/inventory.ts";
import {
  Dict,
  type Key,
  lazyDict,
  OMIT,
  type Source,
  type Templar,
  type Value,
} from "../template/template.ts";
import { type Frame, rolesAround } from "./frame.ts";
import type { HostState } from "./host-state.ts";
import { lazily } from "./lazily.ts";
import { noteUnknown, WatchedDict } from "./reads.ts";
import { hostState, type Run } from "./run.ts";

/** What kmend answers to playbooks that ask which Ansible runs them: the version whose behaviour it has. */
const ansibleVersion = Dict.of({ full: "2.14.18", string: "2.14.18", major: 2, minor: 14, revision: 18 });

type Bare = (run: Run, host: HostState) => Templar;

/** @param bare another host's view, for `hostvars` */
export function magicVariables(run: Run, host: HostState, frame: Frame | null, bare: Bare): Source {
  const { inventory, options } = run.world;
  const { limit } = options;
  const names = (hosts: readonly HostState[]): Value => hosts.map((each) => each.name);
  const roles = frame ? rolesAround(frame) : [];
  const role = roles.at(-1);
  return lazily({
    inventory_hostname: () => host.name,
    inventory_hostname_short: () => host.name.split(".")[0] ?? host.name,
    group_names: () => groupNames(inventory, host.name),
    groups: () => groupsDict(inventory),
    hostvars: () => allHostVars(run, bare),
    playbook_dir: () => run.play.folder,
    inventory_dir: () => folderOfSource(inventory.host(host.name)?.source),
    inventory_file: () => inventory.host(host.name)?.source ?? null,
    ansible_play_hosts_all: () => names(run.play.all),
    ansible_play_hosts: () => names(run.play.all.filter((each) => !each.failure && !each.isUnreachable)),
    ansible_play_batch: () => names(run.play.batch.filter((each) => !each.failure && !each.isUnreachable)),
    play_hosts: () => names(run.play.batch.filter((each) => !each.failure && !each.isUnreachable)),
    ansible_play_name: () => run.play.name,
    ansible_check_mode: () => checkMode(run),
    ansible_diff_mode: () => options.diff,
    ansible_forks: () => options.forks,
    ansible_run_tags: () => (options.tags.length > 0 ? options.tags : ["all"]),
    ansible_skip_tags: () => options.skipTags,
    ansible_version: () => ansibleVersion,
    ansible_verbosity: () => 0,
    ansible_playbook_python: () => "/usr/bin/python3",
    role_names: () => run.play.variables.roleNames,
    ansible_role_names: () => run.play.variables.roleNames,
    ansible_play_role_names: () => run.play.variables.roleNames,
    environment: () => [],
    omit: () => OMIT,
    ...(limit === undefined ? {} : { ansible_limit: () => limit }),
    ...(role
      ? {
          role_path: () => role.path,
          // As under Ansible: the short name here, the full one elsewhere.
          role_name: () => (run.world.named?.roles.has(role.name) ? basename(role.path) : role.name),
          ansible_role_name: () => role.name,
          ansible_parent_role_names: () => roles.slice(0, -1).map((each) => each.name),
        }
      : {}),
  });
}

/** `ansible_facts`: the facts without their prefix. */
export function factsDict(host: HostState): Source {
  return lazily({
    ansible_facts: () =>
      host.facts instanceof WatchedDict
        ? host.facts.renamed(shortFact)
        : Dict.from(host.facts.entries().map(([key, value]) => [shortFact(key), value] as const)),
  });
}

/** A plan is of a run in which it is another: what hangs on it cannot be known, and must not be tried either. */
function checkMode({ world }: Run): boolean {
  if (world.options.foretells) noteUnknown("it asks whether this is a dry run");
  return world.options.check;
}

function shortFact(key: Key): Key {
  return typeof key === "string" ? key.replace(/^ansible_/, "") : key;
}

function allHostVars(run: Run, bare: Bare): Value {
  const { inventory } = run.world;
  const views = new Map<string, Value>();
  return lazyDict({
    names: () => inventory.hosts.map((each) => each.name),
    has: (name) => inventory.host(name) !== undefined,
    get(name) {
      if (!inventory.host(name)) return undefined;
      const view = views.get(name) ?? oneHostsVars(bare(run, hostState(run, name)));
      views.set(name, view);
      return view;
    },
  });
}

/** Known to a host's own variables, but none of them: what is about the play; and `hostvars`, which would hold itself without end. */
const notAHosts: ReadonlySet<string> = new Set([
  "hostvars",
  "ansible_play_hosts_all",
  "ansible_play_hosts",
  "ansible_play_batch",
  "play_hosts",
  "ansible_play_name",
  "role_names",
  "ansible_role_names",
  "ansible_play_role_names",
  "environment",
  "omit",
]);

function oneHostsVars(templar: Templar): Value {
  const names = (): readonly string[] => templar.names().filter((name) => !notAHosts.has(name));
  return lazyDict({
    names,
    has: (name) => names().includes(name),
    get: (name) => (notAHosts.has(name) ? undefined : templar.variable(name)),
  });
}

function folderOfSource(source: string | undefined): Value {
  if (source === undefined || source.includes(",")) return null;
  return source.replace(/\/[^/]*$/, "") || "/";
}
