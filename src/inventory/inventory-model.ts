/** Hosts and groups in memory; every source writes into this, and a run may extend it (`add_host`, `group_by`). */

import type { Problem } from "../problem/problem.ts";
import { Dict, type Value } from "../template/template.ts";
import { closedVault, type Vault } from "../vault/vault.ts";
import { groupCycle } from "./group-graph.ts";
import { type Beside, varsBeside } from "./vars-beside.ts";

export interface Host {
  readonly name: string;
  /** Set on the host by its source; files of host_vars/ are not in here. */
  readonly vars: Dict;
  /** The source that named the host first; absent for hosts that a run added. */
  readonly source?: string;
  /** True for a localhost that no source names: `all` does not hold it. */
  readonly isImplicit: boolean;
}

export interface Group {
  readonly name: string;
  /** Set on the group by its source; files of group_vars/ are not in here. */
  readonly vars: Dict;
  readonly children: ReadonlySet<string>;
  readonly parents: ReadonlySet<string>;
  /** The hosts named in this very group, in order. */
  readonly hosts: ReadonlySet<string>;
  /** `ansible_group_priority`: among groups of one depth, the higher one's variables win. */
  readonly priority: number;
}

interface GrowingGroup {
  readonly name: string;
  readonly vars: Dict;
  readonly children: Set<string>;
  readonly parents: Set<string>;
  readonly hosts: Set<string>;
  priority: number;
}

export class Inventory {
  readonly #hosts = new Map<string, Host>();
  readonly #groups = new Map<string, GrowingGroup>();
  /** What was given to `-i`, as absolute paths; a list of hosts stays as it was written. */
  readonly sources: string[] = [];
  /** The group_vars and host_vars folders beside those sources. */
  readonly beside: Beside[] = [];
  /** What the sources hold that is odd but no reason to stop. */
  readonly warnings: Problem[] = [];

  /** Opens what is encrypted in the sources and in the folders beside them. */
  readonly vault: Vault;

  readonly #besidePlaybooks = new Map<string, Beside>();

  constructor(vault: Vault = closedVault) {
    this.vault = vault;
    this.addGroup("all");
    this.addGroup("ungrouped", { parents: ["all"] });
  }

  /** Every host that a source or a run named, in that order. */
  get hosts(): Host[] {
    return [...this.#hosts.values()].filter((host) => !host.isImplicit);
  }

  get groups(): Group[] {
    return [...this.#groups.values()];
  }

  host(name: string): Host | undefined {
    return this.#hosts.get(name);
  }

  group(name: string): Group | undefined {
    return this.#groups.get(name);
  }

  /** The group_vars and host_vars folders in a playbook's folder, read once; none where that is an inventory's too. */
  besidePlaybook(folder: string | undefined): Beside[] {
    if (folder === undefined || this.beside.some((beside) => beside.folder === folder)) return [];
    const beside = this.#besidePlaybooks.get(folder) ?? varsBeside(folder, this.vault);
    this.#besidePlaybooks.set(folder, beside);
    return [beside];
  }

  /** Adds a host, or more variables and groups to one that exists. False when nothing is new. */
  addHost(name: string, { groups = [], vars, source }: HostAddition = {}): boolean {
    const known = this.#hosts.get(name);
    const isNew = known === undefined || known.isImplicit;
    const host: Host = isNew
      ? {
          name,
          vars: known?.vars ?? new Dict(),
          ...(source === undefined ? {} : { source }),
          isImplicit: false,
        }
      : known;
    if (isNew) this.#hosts.set(name, host);
    let isChanged = isNew;
    for (const group of groups) isChanged = this.addToGroup(name, group) || isChanged;
    for (const [key, value] of vars?.entries() ?? []) {
      isChanged = host.vars.get(key) !== value || isChanged;
      host.vars.set(key, value);
    }
    return isChanged;
  }

  /** The localhost that always exists: found by name, in no group. */
  implicitLocalhost(name: string): Host {
    const known = this.#hosts.get(name);
    if (known) return known;
    const host: Host = { name, vars: Dict.of({ ansible_connection: "local" }), isImplicit: true };
    this.#hosts.set(name, host);
    return host;
  }

  /** Adds a group, or more parents and variables to one that exists. @throws InventoryLoop */
  addGroup(name: string, { parents = [], vars }: GroupAddition = {}): Group {
    const group = this.#groups.get(name) ?? emptyGroup(name);
    this.#groups.set(name, group);
    for (const parent of parents) this.#adopt(parent, group);
    for (const [key, value] of vars?.entries() ?? []) this.setGroupVar(name, String(key), value);
    return group;
  }

  setGroupVar(name: string, key: string, value: Value): void {
    const group = this.#groups.get(name);
    if (!group) throw new Error(`no group ${name}`);
    if (key === "ansible_group_priority") group.priority = Number(value) || 1;
    else group.vars.set(key, value);
  }

  /** Puts a host that exists into a group, which is made where it is missing. False when it was in it. */
  addToGroup(hostName: string, groupName: string): boolean {
    const group = this.addGroup(groupName) as GrowingGroup;
    if (group.hosts.has(hostName)) return false;
    group.hosts.add(hostName);
    return true;
  }

  removeFromGroup(hostName: string, groupName: string): void {
    this.#groups.get(groupName)?.hosts.delete(hostName);
  }

  #adopt(parentName: string, child: GrowingGroup): void {
    const parent = this.addGroup(parentName) as GrowingGroup;
    if (parent.children.has(child.name)) return;
    if (groupCycle(this, parentName, child.name)) throw new InventoryLoop(parentName, child.name);
    parent.children.add(child.name);
    child.parents.add(parentName);
  }
}

export interface HostAddition {
  readonly groups?: readonly string[];
  readonly vars?: Dict;
  readonly source?: string;
}

export interface GroupAddition {
  readonly parents?: readonly string[];
  readonly vars?: Dict;
}

/** A group would become its own ancestor. */
export class InventoryLoop extends Error {
  override readonly name = "InventoryLoop";
  constructor(parent: string, child: string) {
    super(`group "${child}" cannot be a child of "${parent}": "${parent}" is already below it`);
  }
}

function emptyGroup(name: string): GrowingGroup {
  return { name, vars: new Dict(), children: new Set(), parents: new Set(), hosts: new Set(), priority: 1 };
}
