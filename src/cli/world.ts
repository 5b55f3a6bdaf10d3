import { closeSync, fstatSync, openSync } from "node:fs";
import { type Connector, createConnector } from "../connection/connection.ts";
import { type EngineOptions, systemRandom, type World, wallClock } from "../engine/engine.ts";
import { type Inventory, loadInventory } from "../inventory/inventory.ts";
import { createFileStore, type Events, type Journal, type Store, stateFolder } from "../journal/journal.ts";
import { findModule, moduleNames } from "../modules/modules.ts";
import { shippedNames, version } from "../package/package.ts";
import { exitCodes, fileReason, formatProblem, KmendError } from "../problem/problem.ts";
import type { Vault } from "../vault/vault.ts";
import { terminalAsk } from "./ask.ts";
import { parseExtraVars } from "./extra-vars.ts";
import { foundForOthers } from "./found-for-others.ts";
import { processMask } from "./process-mask.ts";
import { processVault } from "./process-vault.ts";
import { rolesPath } from "./roles-path.ts";
import type { RunFlags } from "./run-options.ts";
import { readSecrets, type Secrets } from "./secrets.ts";
import { readSettings, type Settings } from "./settings.ts";
import { listenForStop } from "./signals.ts";
import { checkStep } from "./step.ts";
import { whoRuns } from "./who.ts";

// A dead link is noticed within three of these.
const keepaliveMs = 2000;

/** What a command works with, before anything is written or reached. */
export interface Ground {
  readonly command: Command;
  readonly inventory: Inventory;
  /** Nothing is asked, although there is a terminal. */
  readonly isUnasked: boolean;
  readonly options: EngineOptions;
  readonly store: Store;
}

type Command = Events["run:started"]["command"];

/** Reads settings, inventory, variables and passwords. Touches no host.
 *  @throws KmendError for what is wrong with any of them */
export async function readGround(
  command: Command,
  flags: RunFlags,
  extraOptions: Partial<EngineOptions> = {},
): Promise<Ground> {
  checkStep(flags);
  const settings = readSettings(process.env);
  for (const unknown of settings.unknown)
    process.stderr.write(`[WARNING]: ${unknown}: kmend does not know this setting\n`);
  const inventory = await readInventory(flags, settings);
  const vault = await processVault(flags);
  const secrets = await readSecrets(flags);
  const options = { ...engineOptions(flags, settings, secrets, vault), ...extraOptions };
  return {
    command,
    inventory,
    isUnasked: flags.yes ?? false,
    options,
    store: createFileStore(stateFolder(flags.state, process.env)),
  };
}

/** The inventory that `-i` names, else the settings'. @throws KmendError `no-inventory`, and what is wrong with it */
export async function readInventory(flags: RunFlags, settings: Settings): Promise<Inventory> {
  const sources = flags.inventory ?? (settings.inventory === undefined ? [] : settings.inventory.split(","));
  if (sources.length === 0) throw noInventory();
  const inventory = await loadInventory(sources, { vault: await processVault(flags) });
  for (const warning of inventory.warnings) sayOnce(formatProblem(warning));
  return inventory;
}

const said = new Set<string>();

/** Some commands read the inventory several times over. */
function sayOnce(text: string): void {
  if (!said.has(text)) process.stderr.write(`${text}\n`);
  said.add(text);
}

/** Lends a world to run in: journal, connections and signal handlers are given back on every path. */
export async function withWorld<T>(
  ground: Ground,
  act: (world: World, journal: Journal) => Promise<T>,
  open: () => Promise<Journal> = () => ground.store.create(),
): Promise<T> {
  const journal = await open();
  const passOn = foundForOthers(journal);
  const connector: Connector = createConnector(askPassphraseOption());
  const stop = listenForStop();
  const world: World = {
    inventory: ground.inventory,
    vault: ground.inventory.vault,
    connector,
    journal,
    catalogue: { find: findModule, names: moduleNames },
    rolesPath: rolesPath(),
    named: shippedNames(),
    options: ground.options,
    about: {
      kmend: version,
      command: ground.command,
      who: whoRuns(process.env),
      options: aboutOptions(ground.options),
    },
    stop: { soft: stop.soft, hard: stop.hard },
    clock: wallClock,
    random: systemRandom,
    ask: ground.isUnasked ? null : terminalAsk(stop),
    mask: processMask,
  };
  try {
    return await act(world, journal);
  } finally {
    stop.release();
    await connector.closeAll();
    await journal.close();
    await passOn(ground.store);
  }
}

/** What of the options the journal keeps: no password, and of variables only their names. With it a run goes on as it began. */
function aboutOptions(options: EngineOptions): Events["run:started"]["options"] {
  const { tags, skipTags, limit, forks, extraVars, become, connection } = options;
  const { kind, user, privateKeyFile, sshCommonArgs, sshExtraArgs } = connection;
  const known = {
    tags,
    skipTags,
    limit: limit ?? null,
    forks,
    extraVars: extraVars.keys().map(String),
    startAtTask: options.startAtTask,
    forceHandlers: options.forceHandlers,
    onFailure: options.onFailure,
    notAfter: options.notAfter,
    anyPlace: options.anyPlace,
    become: { enabled: become.enabled, method: become.method, user: become.user },
    connection: { kind, user, privateKeyFile, sshCommonArgs, sshExtraArgs },
  };
  return JSON.parse(JSON.stringify(known)) as Events["run:started"]["options"];
}

function engineOptions(flags: RunFlags, settings: Settings, secrets: Secrets, vault: Vault): EngineOptions {
  const limit = flags.limit;
  const user = flags.user ?? settings.remoteUser;
  const privateKeyFile = flags.privateKey ?? settings.privateKeyFile;
  const sshCommonArgs = flags.sshCommonArgs ?? settings.sshArgs;
  if (privateKeyFile !== undefined) checkReadable(privateKeyFile, "--private-key");
  return {
    check: flags.check ?? false,
    diff: flags.diff ?? false,
    tags: flags.tags ?? ["all"],
    skipTags: flags.skipTags ?? [],
    ...(limit === undefined ? {} : { limit }),
    extraVars: parseExtraVars(flags.extraVars ?? [], vault),
    forks: flags.forks ?? settings.forks ?? 50,
    ...(flags.startAtTask === undefined ? {} : { startAtTask: flags.startAtTask }),
    ...(flags.step ? { step: true } : {}),
    forceHandlers: flags.forceHandlers ?? false,
    become: {
      enabled: flags.become ?? settings.become ?? false,
      method: flags.becomeMethod ?? settings.becomeMethod ?? "sudo",
      user: flags.becomeUser ?? settings.becomeUser ?? "root",
      ...(secrets.become === undefined ? {} : { password: secrets.become }),
    },
    connection: {
      kind: flags.connection ?? "ssh",
      ...(user === undefined ? {} : { user }),
      ...(secrets.login === undefined ? {} : { password: secrets.login }),
      ...(privateKeyFile === undefined ? {} : { privateKeyFile }),
      ...(sshCommonArgs === undefined ? {} : { sshCommonArgs }),
      ...(flags.sshExtraArgs === undefined ? {} : { sshExtraArgs: flags.sshExtraArgs }),
      hostKeyChecking: settings.hostKeyChecking ?? true,
      connectTimeoutMs: (flags.timeout ?? settings.timeoutS ?? 10) * 1000,
      keepaliveIntervalMs: keepaliveMs,
      keepaliveCountMax: 3,
    },
    ...(flags.onFailure === undefined ? {} : { onFailure: flags.onFailure }),
    ...(flags.lockWait === undefined ? {} : { lockWaitMs: flags.lockWait }),
    ...(flags.skipPreFlight ? { anyPlace: true } : {}),
    ...(flags.notAfter === undefined ? {} : { notAfter: flags.notAfter }),
    ...(flags.inFlight === undefined ? {} : { inFlight: flags.inFlight }),
    native: settings.jinja2Native ?? false,
    taskTimeoutS: settings.taskTimeoutS ?? 0,
  };
}

function askPassphraseOption(): Parameters<typeof createConnector>[0] {
  if (!process.stdin.isTTY) return {};
  return {
    askPassphrase: async (path: string) => {
      const { askSecret } = await import("./secrets.ts");
      return askSecret(`Passphrase of ${path}`);
    },
  };
}

function checkReadable(path: string, flag: string): void {
  try {
    const file = openSync(path, "r");
    const isFolder = fstatSync(file).isDirectory();
    closeSync(file);
    if (isFolder) throw Object.assign(new Error("a folder"), { code: "EISDIR" });
  } catch (cause) {
    throw new KmendError(
      {
        code: "missing-file",
        message: `Cannot read ${flag} ${path}: ${fileReason(cause as NodeJS.ErrnoException)}`,
        hint: "Name a private key that you may read.",
      },
      exitCodes.error,
      cause,
    );
  }
}

function noInventory(): KmendError {
  return new KmendError(
    {
      code: "no-inventory",
      message: "Cannot tell which hosts are meant: no inventory was given",
      hint: 'Name a file, a folder or hosts with -i, e.g.\n    -i "host1,host2,"',
    },
    exitCodes.badOptions,
  );
}
