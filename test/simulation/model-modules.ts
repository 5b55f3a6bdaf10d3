/**
 * Modules whose scripts speak of a modelled host: each line is `sim VERB WORD...`. A host is cells with a name and a text.
 *
 *   sim read CELL...             prints them as JSON, null where there is none
 *   sim set CELL TEXT by SAVE    SAVE, the change's own folder, tells which recorded change it is part of
 *   sim unset CELL by SAVE
 *   sim copy FROM TO by SAVE     a service takes in its configuration
 *   sim place PATH CELL TEXT by SAVE
 *                                what was put at PATH becomes the cell's text, where that is not this one yet
 *   sim keep CELL TEXT at PATH   keeps the cell's text there, where it is this one
 *   sim since SECONDS            fails until so much time has passed
 */

import {
  type HostModule,
  type Module,
  TaskFailed,
  text,
  type WaitModule,
} from "../../src/modules/modules.ts";
import { join, type Script, sh } from "../../src/script/script.ts";
import { Dict, type Value } from "../../src/template/template.ts";

/** What cells hold. */
type Cells = Readonly<Record<string, string | null>>;

interface CellChange {
  readonly before: Cells;
  readonly after: Cells;
  readonly irreversible?: string;
  readonly isPassing?: boolean;
}

const name = { type: "str", required: true, help: "Name it" } as const;

function read(cells: readonly string[]): { script: Script; parse(output: { stdout: Uint8Array }): Cells } {
  return { script: sh`sim read ${cells}`, parse: ({ stdout }) => JSON.parse(text(stdout)) as Cells };
}

/** Not in one stroke: a host that dies in the middle has half of it. */
function write(cells: Cells, save: string): Script {
  return join(
    Object.entries(cells).map(([cell, value]) =>
      value === null ? sh`sim unset ${cell} by ${save}` : sh`sim set ${cell} ${value} by ${save}`,
    ),
  );
}

function cellModule(
  name: string,
  options: HostModule["options"],
  wanted: (args: Readonly<Record<string, Value>>) => Cells,
): HostModule {
  return {
    kind: "host",
    name,
    summary: "Set cells of a modelled host",
    options,
    wayBack: "the cells are as they were",
    inspect: (args) => read(Object.keys(wanted(args))),
    plan: (state: Cells, args): CellChange | null => {
      const after = wanted(args);
      const isRight = Object.entries(after).every(([cell, value]) => state[cell] === value);
      return isRight ? null : { before: state, after };
    },
    apply: ({ after }: CellChange, { save }) => write(after, save),
    revert: ({ before }: CellChange, { save }) => write(before, save),
    again: (change: CellChange) => ({ change, keep: null }),
  };
}

const simFile: HostModule = {
  ...cellModule(
    "sim_file",
    { name, value: { type: "str", help: "Write this; absent: remove it" } },
    (args) => ({ [`file:${args["name"]}`]: args["value"] === undefined ? null : String(args["value"]) }),
  ),
  foreign: ({ before, after }: CellChange) => {
    const [cell = ""] = Object.keys(after);
    const { script, parse } = read([cell]);
    return {
      script,
      parse: (output) => {
        const theirs = parse(output)[cell] ?? null;
        if (theirs === after[cell] || theirs === before[cell]) return [];
        return [{ path: null, ours: String(after[cell]), theirs: String(theirs) }];
      },
    };
  },
};

interface Upload extends CellChange {
  /** Where it lies on the host already. */
  readonly kept?: string;
  readonly isLarge: boolean;
}

/** Its text is put on the host before: with the script where it is short and plain, else by a transfer of its own. */
const simUpload: HostModule = {
  ...simFile,
  name: "sim_upload",
  options: {
    name,
    value: { type: "str", required: true, help: "Put this there" },
    large: { type: "bool", required: true, help: "It does not go with a script" },
  },
  plan: (state: Cells, args): Upload | null => {
    const cell = `file:${args.name}`;
    if (state[cell] === args.value) return null;
    return { before: state, after: { [cell]: args.value }, isLarge: args.large };
  },
  uploads: ({ after, kept, isLarge }: Upload, { tmp }) => {
    const [value = ""] = Object.values(after);
    const bytes = new TextEncoder().encode(`${value}${isLarge ? "\r" : ""}\n`);
    return kept === undefined ? [{ to: `${tmp}/upload`, bytes }] : [];
  },
  apply: ({ after, kept }: Upload, { tmp, save }) => {
    const [[cell = "", value = null] = []] = Object.entries(after);
    return sh`sim place ${kept ?? `${tmp}/upload`} ${cell} ${value ?? ""} by ${save}`;
  },
  again: (change: Upload, folder: string) => {
    const [[cell = "", value = null] = []] = Object.entries(change.after);
    const kept = `${folder}/kept`;
    return { change: { ...change, kept }, keep: sh`sim keep ${cell} ${value ?? ""} at ${kept}` };
  },
};

/** What it needs comes first. */
const simPackage = cellModule(
  "sim_package",
  { name, version: name, needs: { type: "list", elements: "str", help: "Bring these along" } },
  (args) => ({
    ...Object.fromEntries(((args["needs"] ?? []) as string[]).map((need) => [`package:${need}`, "any"])),
    [`package:${args["name"]}`]: String(args["version"]),
  }),
);

/** A restart: over when it is done. */
const simService: HostModule = {
  kind: "host",
  name: "sim_service",
  summary: "Restart a service with the file of its name",
  options: { name },
  wayBack: "there is none, and none is needed",
  inspect: null,
  plan: (_, args): CellChange & { name: string } => ({
    before: {},
    after: {},
    name: args.name,
    irreversible: "a restart is over",
    isPassing: true,
  }),
  apply: (change, { save }) => sh`sim copy ${`file:${change.name}`} ${`service:${change.name}`} by ${save}`,
  revert: () => null,
};

/** A command: nothing can be read beforehand. */
const simCommand: HostModule = {
  kind: "host",
  name: "sim_command",
  summary: "Put a mark, or take it away",
  options: { put: { type: "str", help: "Put it" }, take: { type: "str", help: "Take it away" } },
  wayBack: "nobody knows what a command does",
  inspect: null,
  plan: (_, { put, take }): CellChange => ({
    before: {},
    after: { [`mark:${put ?? take}`]: put === undefined ? null : "there" },
    irreversible: "nobody knows what a command does",
  }),
  apply: ({ after }: CellChange, { save }) => write(after, save),
  revert: () => null,
};

const simRefuse: HostModule = {
  kind: "host",
  name: "sim_refuse",
  summary: "Look, and say no",
  options: { name },
  wayBack: "it changes nothing",
  inspect: (args) => read([`file:${args.name}`]),
  plan: () => {
    throw new TaskFailed("this can never be");
  },
  apply: () => sh`:`,
  revert: () => null,
};

const simWait: WaitModule = {
  kind: "wait",
  name: "sim_wait",
  summary: "Wait until so much time has passed since the run began",
  options: { seconds: { type: "int", required: true, help: "So much" } },
  wayBack: "it changes nothing",
  timing: () => ({ delayS: 0, sleepS: 1, timeoutS: 30 }),
  probe: ({ seconds }) => sh`sim since ${seconds}`,
  done: ({ code }) => code === 0,
  result: () => Dict.of({ changed: false }),
  timedOut: () => "it took too long",
};

const all: readonly Module[] = [simFile, simUpload, simPackage, simService, simCommand, simRefuse, simWait];

/** Finds those, and what else the engine's own modules are asked for. */
export function modelCatalogue(others: (name: string) => Module | undefined): {
  find(name: string): Module | undefined;
} {
  return { find: (name) => all.find((module) => module.name === name) ?? others(name) };
}
