/** How a changed host was reached, as its change remembers it: a rollback has no playbook whose keywords would say so. */

import type { Target } from "../connection/connection.ts";
import type { Reached } from "../journal/journal.ts";
import type { Place } from "../problem/problem.ts";
import { Dict } from "../template/template.ts";
import { isLocalhost } from "./delegate.ts";
import { type Frame, keyword } from "./frame.ts";
import { located } from "./located.ts";
import type { Run } from "./run.ts";
import type { View } from "./variables.ts";

/** What keywords said of the way to the host, and where it was: nothing secret. */
export function reachedBy(frame: Frame, view: View, { address }: Target): Reached {
  const said = (name: "connection" | "remoteUser" | "port"): string | undefined => {
    const value = located(keyword(frame, name), view);
    return value === undefined || value === null ? undefined : String(value);
  };
  const { connection, remoteUser, port } = {
    connection: said("connection"),
    remoteUser: said("remoteUser"),
    port: said("port"),
  };
  return {
    address,
    ...(connection === undefined ? {} : { connection }),
    ...(remoteUser === undefined ? {} : { remoteUser }),
    ...(port === undefined ? {} : { port }),
  };
}

/** A frame that says of the connection what the task's own said. */
export function frameOf(reached: Reached | undefined): Frame {
  const place: Place = { file: "the journal", line: 1, column: 1 };
  const keywords = Object.entries(reached ?? {}).filter(
    ([name]) => name !== "address" && name !== "isController",
  );
  const shared = Object.fromEntries(keywords.map(([name, value]) => [name, { value, place }]));
  return { shared: { tags: [], when: [], ...shared }, parent: null, role: null, params: null, given: null };
}

/** A host that the inventory does not name: the controller itself, or one that the playbook had added. */
export function makeKnown({ world: { inventory } }: Run, name: string, reached: Reached | undefined): void {
  if (inventory.host(name)) return;
  if (isLocalhost(name)) inventory.implicitLocalhost(name);
  else if (reached && reached.address !== name)
    inventory.addHost(name, { groups: [], vars: Dict.of({ ansible_host: reached.address }) });
}
