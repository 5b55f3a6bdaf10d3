/** Inventories that are there already: beside the user, in the last run's journal, in ssh's configuration, in the cluster. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import SSHConfig from "ssh-config";
import { loadInventory } from "../inventory/inventory.ts";
import { createFileStore, stateFolder } from "../journal/journal.ts";
import { firstHosts } from "../report/report.ts";
import type { Source } from "../wizard/wizard.ts";
import { fixFolder } from "./fix-kept.ts";
import { processVault } from "./process-vault.ts";
import type { RunFlags } from "./run-options.ts";

/** What people call their inventory, beside them and on the whole machine. */
const names = [
  ...["hosts", "hosts.yml", "hosts.yaml", "hosts.ini"],
  ...["inventory", "inventory.yml", "inventory.yaml", "inventory.ini", "/etc/ansible/hosts"],
];

/** Runs whose inventories are looked at. */
const runsLookedAt = 5;

/** Every inventory that was found and can be read, the likeliest first. */
export async function findSources(flags: RunFlags): Promise<readonly Source[]> {
  const cluster = ofCluster(flags);
  // The cluster is asked only once somebody has chosen it.
  const isCluster = ({ inventory }: Found): boolean =>
    cluster.some((source) => source.inventory.join() === inventory.join());
  const found = [...here(), ...(await ofEarlierRuns(flags)), ...ofSsh()].filter((each) => !isCluster(each));
  const readable: Source[] = [];
  for (const { inventory, name } of found) {
    if (readable.some((source) => source.inventory.join() === inventory.join())) continue;
    const hosts = await hostsIn(inventory, flags);
    if (hosts > 0) readable.push({ inventory, name, hosts });
  }
  return [...readable, ...cluster];
}

type Found = Pick<Source, "inventory" | "name">;

function here(): Found[] {
  return names.filter((name) => existsSync(name)).map((name) => ({ inventory: [name], name }));
}

async function ofEarlierRuns({ state }: RunFlags): Promise<Found[]> {
  const store = createFileStore(stateFolder(state, process.env));
  const found: Found[] = [];
  for (const run of (await store.ids()).slice(0, runsLookedAt)) {
    const [first] = (await store.read(run)).events;
    if (first?.type === "run:started" && first.inventories.length > 0)
      found.push({ inventory: first.inventories, name: `${named(first.inventories)} (of run ${run})` });
  }
  return found;
}

/** A list of hosts by its first. */
function named(inventories: readonly string[]): string {
  return inventories
    .map((each) =>
      each.includes(",")
        ? firstHosts(
            each.split(",").filter((host) => host !== ""),
            3,
          )
        : each,
    )
    .join(", ");
}

/** Hosts that ~/.ssh/config names one by one. How to reach them it says itself. */
function ofSsh(): Found[] {
  const path = join(homedir(), ".ssh", "config");
  const hosts = existsSync(path) ? hostsOfSsh(readFileSync(path, "utf8")) : [];
  return hosts.length === 0 ? [] : [{ inventory: [`${hosts.join(",")},`], name: "~/.ssh/config" }];
}

/** @param config as in ~/.ssh/config */
export function hostsOfSsh(config: string): readonly string[] {
  const values = SSHConfig.parse(config).flatMap((line) =>
    "param" in line && /^host$/i.test(line.param) ? wordsOf(line.value) : [],
  );
  return [...new Set(values.filter((word) => word !== "" && !/[*?!,]/.test(word)))];
}

function wordsOf(value: unknown): string[] {
  if (typeof value === "string") return value.split(/\s+/);
  return Array.isArray(value)
    ? value.map((each) => (typeof each === "string" ? each : String((each as { val?: unknown }).val ?? "")))
    : [];
}

/** The nodes of the current kubeconfig's cluster, by a source that asks for them. */
function ofCluster({ state }: RunFlags): Source[] {
  const given = process.env["KUBECONFIG"]?.split(":").find((path) => path !== "");
  const kubeconfig = resolve(given ?? join(homedir(), ".kube", "config"));
  if (!existsSync(kubeconfig)) return [];
  const path = join(fixFolder(state), "cluster.yml");
  const written = JSON.stringify(kubeconfig);
  // The playbooks that drain ask the same cluster.
  const vars = `vars:\n  kmem_kubeconfig: ${written}\n`;
  writeFileSync(path, `plugin: kmend.kubernetes\nkubeconfig: ${written}\n${vars}`, { mode: 0o600 });
  return [{ inventory: [path], name: `the nodes of the cluster of ${kubeconfig}`, hosts: null }];
}

/** 0 where it cannot be read: it is not offered. */
async function hostsIn(inventory: readonly string[], flags: RunFlags): Promise<number> {
  try {
    return (await loadInventory(inventory, { vault: await processVault(flags) })).hosts.length;
  } catch {
    return 0;
  }
}
