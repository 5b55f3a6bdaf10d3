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

/** Remembers that this host's change calls for these handlers, and says which they are. @throws KmendError `unknown-handler` */
export function notify(
  handlers: Handlers,
  host: HostState,
  given: { readonly names: readonly string[]; readonly view: View; readonly place: Place },
): ReadonlySet<Handler> {
  const meant = new Set<Handler>();
  for (const name of given.names) {
    const listening = handlers.all.filter((handler) => listens(handler, name));
    // Of handlers with one name, the one defined last is meant.
    const named = handlers.all.filter((handler) => goesBy(handler, name, given.view)).slice(-1);
    if (listening.length + named.length === 0)
      throw new KmendError({
        code: "unknown-handler",
        message: `The requested handler '${name}' was not found in either the main handlers list nor in the listening handlers list`,
        place: given.place,
      });
    for (const handler of [...named, ...listening]) {
      host.notified.add(handler);
      meant.add(handler);
    }
  }
  return meant;
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
