/** The play's handlers: who was notified of what, and which tasks that means. */

import type { Node } from "../playbook/playbook.ts";
import { KmendError, type Place } from "../problem/problem.ts";
import { str } from "../template/template.ts";
import { type Frame, inside } from "./frame.ts";
import type { HostState } from "./host-state.ts";
import { shownName } from "./plan.ts";
import type { View } from "./variables.ts";

/** A handler and where it stands. */
export interface Handler {
  readonly node: Node;
  readonly frame: Frame;
}

export interface Handlers {
  readonly all: Handler[];
}

/** Handlers in the order of their definition, blocks of roles opened. */
export function collectHandlers(nodes: readonly Node[], frame: Frame): Handler[] {
  return nodes.flatMap((node) =>
    node.kind === "block" ? collectHandlers(node.block, inside(frame, node)) : [{ node, frame }],
  );
}

/** Who notifies whom, in the playbook's words. */
export interface Notice {
  readonly names: readonly string[];
  readonly view: View;
  readonly place: Place;
}

/** Remembers that this host's change calls for these handlers, and says which they are. @throws KmendError `unknown-handler` */
export function notify(handlers: Handlers, host: HostState, given: Notice): ReadonlySet<Handler> {
  const meant = new Set(given.names.flatMap((name) => meantBy(handlers, name, given)));
  for (const handler of meant) host.notified.add(handler);
  return meant;
}

/** @throws KmendError `unknown-handler` */
export function meantBy(
  handlers: Handlers,
  name: string,
  { view, place }: Omit<Notice, "names">,
): readonly Handler[] {
  const listening = handlers.all.filter((handler) => listens(handler, name));
  // Of handlers with one name, the one defined last is meant.
  const named = handlers.all.filter((handler) => goesBy(handler, name, view)).slice(-1);
  if (listening.length + named.length === 0)
    throw new KmendError({
      code: "unknown-handler",
      message: `The requested handler '${name}' was not found in either the main handlers list nor in the listening handlers list`,
      place,
    });
  return [...named, ...listening];
}

function listens({ node }: Handler, name: string): boolean {
  return node.kind === "task" && node.listen.includes(name);
}

function goesBy({ node, frame }: Handler, name: string, view: View): boolean {
  const given = node.name?.value;
  if (given === undefined) return false;
  const shown = str(shownName(given, view));
  const role = node.role ?? frame.role;
  return shown === name || (role !== null && role !== undefined && `${role.name} : ${shown}` === name);
}
