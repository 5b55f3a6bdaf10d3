/** Runs a playbook with kmend, in this process, on local hosts. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnector } from "../../src/connection/connection.ts";
import { runPlaybooks, systemRandom, type World, wallClock } from "../../src/engine/engine.ts";
import { Inventory } from "../../src/inventory/inventory.ts";
import { createFileStore, type Event } from "../../src/journal/journal.ts";
import { findModule, moduleNames } from "../../src/modules/modules.ts";
import { loadPlaybook } from "../../src/playbook/playbook.ts";
import { KmendError } from "../../src/problem/problem.ts";
import { Dict, type Value } from "../../src/template/template.ts";
import { newVault, type VaultPassword } from "../../src/vault/vault.ts";
import { type Answer, writtenValues } from "./case.ts";

export interface Asked {
  readonly playbook: string;
  readonly hosts: readonly string[];
  readonly args: readonly string[];
}

/** @param onEvent sees the journal's events as they are written */
export async function askKmend(asked: Asked, onEvent: (event: Event) => void = () => {}): Promise<Answer> {
  const out = mkdtempSync(join(tmpdir(), "kmend-conformance-"));
  const state = mkdtempSync(join(tmpdir(), "kmend-state-"));
  try {
    const { exitCode, recap } = await run(asked, { out, state, onEvent });
    return {
      exitCode,
      recap: JSON.parse(JSON.stringify(recap)) as Answer["recap"],
      values: writtenValues(out),
    };
  } finally {
    rmSync(out, { recursive: true, force: true });
    rmSync(state, { recursive: true, force: true });
  }
}

interface Places {
  readonly out: string;
  readonly state: string;
  readonly onEvent: (event: Event) => void;
}

async function run(
  asked: Asked,
  { out, state, onEvent }: Places,
): Promise<Pick<Answer, "exitCode" | "recap">> {
  const world = await localWorld(asked, { state, extraVars: { out } });
  world.journal.subscribe(onEvent);
  try {
    const playbook = loadPlaybook(asked.playbook, {
      catalogue: world.catalogue,
      ...(world.vault ? { vault: world.vault } : {}),
    });
    return (await runPlaybooks([playbook], world)) as unknown as Pick<Answer, "exitCode" | "recap">;
  } catch (error) {
    if (!(error instanceof KmendError)) throw error;
    return { exitCode: error.exitCode, recap: {} };
  } finally {
    await world.journal.close();
  }
}

export async function localWorld(
  asked: Omit<Asked, "playbook">,
  given: { readonly state: string; readonly extraVars: Readonly<Record<string, Value>> },
): Promise<World> {
  const flag = (name: string): string | undefined =>
    asked.args[asked.args.indexOf(name) + 1 || asked.args.length];
  const words = (name: string): string[] => flag(name)?.split(",") ?? [];
  const extraVars = Dict.of(given.extraVars);
  const [key, value] = flag("-e")?.split("=") ?? [];
  if (key && value !== undefined) extraVars.set(key, value);
  const vault = newVault(vaultPasswords(asked.args));
  const inventory = new Inventory(vault);
  for (const host of asked.hosts) inventory.addHost(host, { groups: ["ungrouped"] });
  const limit = flag("--limit");
  const startAtTask = flag("--start-at-task");
  return {
    inventory,
    connector: createConnector(),
    journal: await createFileStore(given.state).create(),
    catalogue: { find: findModule, names: moduleNames },
    vault,
    about: { kmend: "test", command: "run", options: {} },
    stop: { soft: new AbortController().signal, hard: new AbortController().signal },
    clock: wallClock,
    random: systemRandom,
    ask: null,
    options: {
      check: asked.args.includes("--check"),
      diff: asked.args.includes("--diff"),
      tags: words("--tags"),
      skipTags: words("--skip-tags"),
      ...(limit === undefined ? {} : { limit }),
      ...(startAtTask === undefined ? {} : { startAtTask }),
      extraVars,
      forks: 50,
      forceHandlers: asked.args.includes("--force-handlers"),
      become: { enabled: false, method: "sudo", user: "root" },
      connection: {
        kind: "local",
        hostKeyChecking: true,
        connectTimeoutMs: 5000,
        keepaliveIntervalMs: 5000,
        keepaliveCountMax: 3,
      },
      native: false,
      taskTimeoutS: 0,
    },
  };
}

/** `--vault-id LABEL@FILE`, as often as it is given. */
function vaultPasswords(args: readonly string[]): VaultPassword[] {
  return args.flatMap((arg, at) => {
    const [label = "", file = ""] = args[at - 1] === "--vault-id" ? arg.split("@") : [];
    return file === "" ? [] : [{ label, password: readFileSync(file, "utf8").trim() }];
  });
}
