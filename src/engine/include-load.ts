/** Reads what an include names: a file of tasks, or a role with its handlers. */

import { existsSync } from "node:fs";
import {
  type Include,
  includedFile,
  includedRole,
  loadRole,
  loadTasks,
  type Node,
} from "../playbook/playbook.ts";
import { KmendError } from "../problem/problem.ts";
import { type Dict, truthy } from "../template/template.ts";
import type { Frame } from "./frame.ts";
import { collectHandlers } from "./handlers.ts";
import type { HostState } from "./host-state.ts";
import type { Run } from "./run.ts";
import { candidates } from "./search-paths.ts";

interface Given {
  readonly options: Dict;
  readonly frame: Frame;
  readonly hosts: readonly HostState[];
}

export async function loadIncluded(run: Run, node: Include, given: Given): Promise<readonly Node[]> {
  return node.what === "role" ? role(run, node, given) : tasks(run, node, given);
}

function tasks(run: Run, node: Include, { options, frame }: Given): readonly Node[] {
  const name = includedFile(options);
  const tried = candidates(run, { ...frame, shared: node }, "tasks", name);
  const file = tried.find((each) => existsSync(each));
  if (!file)
    throw new KmendError({
      code: "missing-include",
      message: `Could not find or access '${name}'. Searched in: ${tried.join(", ")}`,
      place: node.place,
    });
  const loaded = loadTasks(file, from(run, node, frame));
  run.play.handlers.all.push(...collectHandlers(loaded.handlers, frame));
  return loaded.tasks;
}

function role(run: Run, node: Include, { options, frame, hosts }: Given): readonly Node[] {
  const { name, parts } = includedRole(options);
  const loaded = loadRole(name, parts, from(run, node, frame));
  const known = new Set(run.play.handlers.all.map((handler) => placeOf(handler.node)));
  const handlers = collectHandlers(loaded.handlers, frame).filter(
    ({ node: each }) => !known.has(placeOf(each)),
  );
  run.play.handlers.all.push(
    ...handlers.map((handler) => ({
      ...handler,
      frame: { ...handler.frame, role: handler.node.role ?? loaded.role },
    })),
  );
  if (truthy(options.get("public") ?? false))
    for (const host of hosts)
      host.publicRoles.push({ defaults: loaded.role.defaults, vars: loaded.role.vars });
  return [loaded.block];
}

function from(run: Run, node: Include, frame: Frame): Parameters<typeof loadTasks>[1] {
  return {
    catalogue: run.world.catalogue,
    extraVars: run.world.options.extraVars,
    ...(run.world.vault ? { vault: run.world.vault } : {}),
    ...(run.world.rolesPath ? { rolesPath: run.world.rolesPath } : {}),
    ...(run.world.named ? { named: run.world.named } : {}),
    playbookDir: run.play.folder,
    role: node.role ?? frame.role ?? undefined,
    place: node.place,
    isHandlers: run.play.kind === "handler",
  };
}

function placeOf({ place }: Node): string {
  return `${place.file}:${place.line}:${place.column}`;
}
