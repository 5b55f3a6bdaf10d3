/**
 * What a task sees on a host: layers from the weakest to the strongest, as Ansible orders them. Nothing is copied: a
 * layer is a dict that lives elsewhere, and a template in it is rendered when someone asks for it.
 */

import { type Dict, type Layer, Layers, type Source, Templar, type Value } from "../template/template.ts";
import { chain, type Frame, rolesAround } from "./frame.ts";
import type { HostState } from "./host-state.ts";
import { inventoryVars } from "./inventory-vars.ts";
import { knowVariable, watchedEnvironment } from "./known-secrets.ts";
import { factsDict, magicVariables } from "./magic.ts";
import type { Run } from "./run.ts";
import { searchPaths } from "./search-paths.ts";

/** A host's view during one task. */
export interface View {
  readonly host: HostState;
  readonly frame: Frame;
  readonly templar: Templar;
  /** A variable's value, rendered; undefined where nothing has the name. */
  get(name: string): Value | undefined;
}

/** @param more layers above all others: loop variables, the result under judgement */
export function viewOf(run: Run, host: HostState, frame: Frame, more: readonly Dict[] = []): View {
  const { variables } = run.play;
  const frames = chain(frame);
  const roles = rolesAround(frame);
  const scope = new Layers([
    ...variables.roleDefaults.map(lazy),
    ...host.publicRoles.map((role) => lazy(role.defaults)),
    ...roles.map((role) => lazy(role.defaults)),
    lazy(inventoryVars(run, host.name)),
    data(host.facts),
    data(factsDict(host)),
    lazy(variables.vars),
    lazy(variables.prompted),
    ...(host.varsFiles ?? []).map(lazy),
    ...variables.roleVars.map(lazy),
    ...host.publicRoles.map((role) => lazy(role.vars)),
    ...roles.map((role) => lazy(role.vars)),
    ...frames.flatMap((at) => (at.parent && at.shared.vars ? [lazy(at.shared.vars)] : [])),
    lazy(host.included),
    data(host.registered),
    ...frames.flatMap((at) => [
      ...(at.params ? [lazy(at.params)] : []),
      ...(at.given ? [data(at.given)] : []),
    ]),
    lazy(run.world.options.extraVars),
    data(magicVariables(run, host, frame, bareTemplar)),
    ...more.map(data),
  ]);
  const templar = templarOver(run, scope, frame);
  return { host, frame, templar, get: (name) => templar.variable(name) };
}

/** A host as others see it in `hostvars`: without the play's and the task's own variables. */
export function bareTemplar(run: Run, host: HostState): Templar {
  const scope = new Layers([
    lazy(inventoryVars(run, host.name)),
    data(host.facts),
    data(factsDict(host)),
    lazy(host.included),
    data(host.registered),
    lazy(run.world.options.extraVars),
    data(magicVariables(run, host, null, bareTemplar)),
  ]);
  return templarOver(run, scope, null);
}

function templarOver(run: Run, scope: Layers, frame: Frame | null): Templar {
  const { clock, random } = run.world;
  return new Templar(scope, {
    native: run.world.options.native,
    searchPaths: searchPaths(run, frame),
    lookups: {
      environment: watchedEnvironment(run.mask, process.env),
      now: () => new Date(clock.now()),
      random,
      ...(run.world.vault ? { vault: run.world.vault } : {}),
    },
    onVariable: (name, value) => knowVariable(run.mask, name, value),
  });
}

const lazy = (vars: Dict): Layer => ({ vars, lazy: true });
const data = (vars: Dict | Source): Layer => ({ vars, lazy: false });
