/** A playbook that nobody thought of. */

import type { Chance } from "./chance.ts";

type Node = Record<string, unknown>;

/** Those with a service that takes its file in. */
const configured = ["web", "db", "cache"] as const;
const others = ["motd", "hosts", "limits"] as const;
const packages = ["alpha", "beta"] as const;

/** What each host is at first. */
export function firstCells(chance: Chance): ReadonlyMap<string, string> {
  const cells = new Map<string, string>();
  for (const name of configured) {
    cells.set(`file:${name}`, "first");
    cells.set(`service:${name}`, "first");
  }
  for (const name of others) if (chance.oneIn(2)) cells.set(`file:${name}`, "first");
  for (const name of packages) if (chance.oneIn(2)) cells.set(`package:${name}`, "1");
  return cells;
}

/** Texts by file name: JSON, which YAML reads too. */
export type Files = ReadonlyMap<string, string>;

/** @returns `play.yml` and what it includes */
export function randomPlaybook(chance: Chance, hosts: readonly string[]): Files {
  return new Maker(chance, hosts).files();
}

class Maker {
  readonly #chance: Chance;
  readonly #hosts: readonly string[];
  readonly #included = new Map<string, string>();
  /** Around what is written now is a loop of an include. */
  #isInRound = false;
  #number = 0;

  constructor(chance: Chance, hosts: readonly string[]) {
    this.#chance = chance;
    this.#hosts = hosts;
  }

  files(): Files {
    const plays = Array.from({ length: this.#chance.between(1, 2) }, () => this.#play());
    return new Map([["play.yml", text(plays)], ...this.#included]);
  }

  #play(): Node {
    const chance = this.#chance;
    const play: Node = { hosts: chance.oneIn(4) ? this.#some() : "all", gather_facts: false };
    if (chance.oneIn(2)) play["serial"] = chance.pick([1, 2, "50%", [1, 2]]);
    if (chance.oneIn(5)) play["order"] = chance.pick(["shuffle", "reverse_inventory", "sorted"]);
    if (chance.oneIn(6)) play["max_fail_percentage"] = chance.pick([0, 30, 60]);
    if (chance.oneIn(6)) play["max_fail_hosts"] = chance.between(0, 2);
    if (chance.oneIn(6)) play["unreachable_is_failure"] = true;
    if (chance.oneIn(8)) play["any_errors_fatal"] = true;
    if (chance.oneIn(5)) play["force_handlers"] = true;
    if (!chance.oneIn(3))
      play["on_failure"] = chance.pick(["stop", "rollback_host", "rollback_batch", "rollback_run"]);
    if (chance.oneIn(4)) play["gate"] = [this.#check()];
    if (chance.oneIn(2)) Object.assign(play, this.#become());
    if (chance.oneIn(4)) play["soak"] = `${chance.between(1, 40)}s`;
    play["tasks"] = this.#nodes(2);
    play["handlers"] = configured.map((name) => ({ name: `restart ${name}`, sim_service: { name } }));
    return play;
  }

  #some(): string[] {
    const some = this.#hosts.filter(() => this.#chance.oneIn(2));
    return some.length > 0 ? some : [this.#chance.pick(this.#hosts)];
  }

  #nodes(depth: number): Node[] {
    const length = this.#chance.between(1, depth > 1 ? 5 : 3);
    return Array.from({ length }, () => {
      if (depth > 0 && this.#chance.oneIn(4)) return [this.#block(depth - 1)];
      if (depth > 0 && this.#chance.oneIn(6)) return [this.#include(depth - 1)];
      const task = this.#task();
      // As after what may cut the link: it is made anew, and on it goes.
      return task["ignore_unreachable"] ? [task, { meta: "reset_connection" }] : [task];
    }).flat();
  }

  /** What one host includes another may not, or another number of times; some include what is included elsewhere. */
  #include(depth: number): Node {
    const chance = this.#chance;
    const node: Node = { name: this.#name("include") };
    const isLoop = chance.oneIn(2);
    const files = [...this.#included.keys()];
    if (!isLoop && files.length > 0 && chance.oneIn(2)) node["include_tasks"] = chance.pick(files);
    else {
      const wasInRound = this.#isInRound;
      this.#isInRound ||= isLoop;
      const nodes = this.#nodes(depth);
      this.#isInRound = wasInRound;
      const file = `${this.#name("more")}.yml`;
      this.#included.set(file, text(nodes));
      node["include_tasks"] = file;
    }
    if (isLoop) node["loop"] = chance.pick([["x", "y"], ["x", "x"], ["x", "y", "x"], []]);
    if (chance.oneIn(3)) node["when"] = this.#when();
    else if (isLoop && chance.oneIn(2)) node["when"] = `item == 'x' or ${this.#when()}`;
    return node;
  }

  #become(): Node {
    const chance = this.#chance;
    if (chance.oneIn(4)) return { become: false };
    const user = chance.oneIn(4) ? { become_user: "app" } : {};
    return { become: true, ...user, ...(chance.oneIn(3) ? { become_method: "su" } : {}) };
  }

  /** What a task of this name brings about, in each round of an include. */
  #value(name: string): string {
    return this.#isInRound ? `${name} {{ item | default('z') }}` : name;
  }

  #block(depth: number): Node {
    const chance = this.#chance;
    const block: Node = { name: this.#name("block"), block: this.#nodes(depth) };
    if (chance.oneIn(2)) block["rescue"] = this.#nodes(depth);
    if (chance.oneIn(3)) block["always"] = this.#nodes(depth);
    if (chance.oneIn(4)) block["when"] = this.#when();
    return block;
  }

  #task(): Node {
    const chance = this.#chance;
    const task = this.#act();
    if (chance.oneIn(4)) task["when"] = this.#when();
    if (chance.oneIn(6)) task["ignore_errors"] = true;
    if (chance.oneIn(8)) task["ignore_unreachable"] = true;
    if (chance.oneIn(6)) task["timeout"] = 5;
    if (chance.oneIn(10)) task["throttle"] = 1;
    if (chance.oneIn(4)) Object.assign(task, this.#become());
    if ("meta" in task) return { meta: task["meta"] };
    // Whose service would have to be told? No playbook can say it: the handler runs on the task's own host.
    if (!("notify" in task) && chance.oneIn(8)) task["delegate_to"] = chance.pick(this.#hosts);
    if (chance.oneIn(10)) task["run_once"] = true;
    return task;
  }

  #act(): Node {
    const chance = this.#chance;
    const name = this.#name("task");
    switch (chance.between(1, 15)) {
      case 1:
      case 2:
      case 3: {
        const file = chance.pick(configured);
        const value = chance.oneIn(5) ? undefined : this.#value(name);
        return { name, sim_file: { name: file, value }, notify: `restart ${file}` };
      }
      case 14:
      case 15: {
        const [file, isLarge] = [chance.pick([...configured, ...others]), chance.oneIn(2)];
        const notify = configured.some((each) => each === file) ? { notify: `restart ${file}` } : {};
        return { name, sim_upload: { name: file, value: this.#value(name), large: isLarge }, ...notify };
      }
      case 4: {
        const loop = others.filter(() => chance.oneIn(2));
        return { name, sim_file: { name: "{{ item }}", value: `${name} {{ item }}` }, loop };
      }
      case 5:
        return {
          name,
          sim_file: { name: chance.pick(others), value: chance.oneIn(4) ? undefined : this.#value(name) },
        };
      case 6:
      case 7:
      case 13: {
        const wanted = chance.pick(packages);
        const needs = [`${wanted}-lib`, `${wanted}-data`];
        return { name, sim_package: { name: wanted, version: this.#value(name), needs } };
      }
      case 8:
        return { name, sim_command: { put: name }, rollback: [{ sim_command: { take: name } }] };
      case 9:
        return chance.oneIn(2)
          ? { name, sim_command: { put: name } }
          : { name, sim_command: { put: name }, rollback: "none" };
      case 10:
        return this.#check();
      case 11:
        return {
          meta: chance.pick(["flush_handlers", "flush_handlers", "end_host", "clear_host_errors"]),
        };
      default:
        return {
          name,
          sim_command: { put: name },
          register: "seen",
          rollback: [{ sim_command: { take: `${name}{{ '' if seen.changed else '' }}` } }],
        };
    }
  }

  /** Holds, or does not, here or there. */
  #check(): Node {
    const chance = this.#chance;
    const name = this.#name("check");
    const when = chance.oneIn(3) ? this.#when() : "false";
    if (chance.oneIn(3)) return { name, sim_wait: { seconds: chance.between(0, 60) } };
    return chance.oneIn(2)
      ? { name, sim_refuse: { name: chance.pick(others) }, when }
      : { name, fail: { msg: "so it is" }, when };
  }

  #when(): string {
    return `inventory_hostname in ${JSON.stringify(this.#some()).replaceAll('"', "'")}`;
  }

  #name(what: string): string {
    this.#number += 1;
    return `${what}${this.#number}`;
  }
}

function text(nodes: readonly Node[]): string {
  return `${JSON.stringify(nodes, null, 1)}\n`;
}
