import type { Located, Node, Play, Role, Shared } from "../playbook/playbook.ts";
import type { Place } from "../problem/problem.ts";
import type { Dict } from "../template/template.ts";

/** Where a node stands: the play, then each block, role and include around it, innermost last. */
export interface Frame {
  readonly shared: Shared;
  readonly parent: Frame | null;
  readonly role: Role | null;
  /** Role parameters and an include's own vars: above `set_fact`. */
  readonly params: Dict | null;
  /** A loop variable or other data that an include hands to what it includes. */
  readonly given: Dict | null;
  /** The include that handed over, and which of a host's rounds that hand over the same. */
  readonly by?: IncludeRound;
}

export interface IncludeRound {
  readonly place: Place;
  /** From 0. */
  readonly nth: number;
}

export function playFrame(play: Play): Frame {
  return { shared: play, parent: null, role: null, params: null, given: null };
}

/** The frame inside a node; a role found there is the innermost from now on. */
export function inside(parent: Frame, node: Node): Frame {
  const role = node.role ?? parent.role;
  const entersRole = node.role !== undefined && node.role !== parent.role;
  return { shared: node, parent, role, params: entersRole ? node.role.params : null, given: null };
}

/** A frame that only carries what an include hands over. */
export function handedOver(
  parent: Frame,
  shared: Shared,
  more: { readonly params: Dict | null; readonly given: Dict | null; readonly by: IncludeRound },
): Frame {
  return { shared, parent, role: parent.role, ...more };
}

/** From the play inwards. */
export function chain(frame: Frame): Frame[] {
  const frames: Frame[] = [];
  for (let at: Frame | null = frame; at; at = at.parent) frames.unshift(at);
  return frames;
}

type Single = {
  [K in keyof Shared]-?: NonNullable<Shared[K]> extends Located ? K : never;
}[keyof Shared];

/** A keyword as the innermost level says it. */
export function keyword(frame: Frame, name: Single): Located | undefined {
  for (let at: Frame | null = frame; at; at = at.parent) {
    const found = at.shared[name];
    if (found !== undefined) return found as Located;
  }
  return undefined;
}

/** Every level's `when`, outermost first. */
export function conditions(frame: Frame): Located[] {
  return chain(frame).flatMap((at) => [...at.shared.when]);
}

/** Every level's tags. */
export function allTags(frame: Frame): Set<string> {
  return new Set(chain(frame).flatMap((at) => [...at.shared.tags]));
}

/** Every role around it, outermost first. */
export function rolesAround(frame: Frame): Role[] {
  const roles: Role[] = [];
  for (const at of chain(frame)) if (at.role && roles.at(-1) !== at.role) roles.push(at.role);
  return roles;
}
