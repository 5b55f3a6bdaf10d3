import type { Loop } from "../playbook/playbook.ts";
import { KmendError } from "../problem/problem.ts";
import { Dict, isList, OMIT, Tuple, typeName, Undefined, type Value } from "../template/template.ts";
import { located } from "./located.ts";
import type { View } from "./variables.ts";

/** The items of a loop for this host. @throws KmendError when they cannot be found out */
export function loopItems(loop: Loop, view: View): readonly Value[] {
  const { items, kind } = loop;
  if (kind === "loop") return listOf(located(items, view) ?? null, loop);
  const terms = located(items, view) ?? null;
  const words = isList(terms) ? terms : terms instanceof Tuple ? terms.items : [terms];
  return view.templar.lookup(kind.lookup, words);
}

function listOf(value: Value, loop: Loop): readonly Value[] {
  if (isList(value)) return value;
  if (value instanceof Tuple) return value.items;
  if (value instanceof Undefined) throw problem("undefined-variable", value.reason, loop);
  throw problem(
    "invalid-loop",
    `Invalid data passed to 'loop', it requires a list, got this instead: ${typeName(value)}. Hint: If you passed a list/dict of just one element, try adding wantlist=True to your lookup invocation or use q/query instead of lookup.`,
    loop,
  );
}

function problem(code: string, message: string, loop: Loop): KmendError {
  return new KmendError({ code, message, place: loop.items.place });
}

/** What each round of a loop adds to the variables. */
export interface Round {
  readonly item: Value;
  readonly vars: Dict;
  readonly loopVar: string;
}

export function rounds(loop: Loop, items: readonly Value[], view: View): Round[] {
  const loopVar = nameOf(loop.control.loopVar && located(loop.control.loopVar, view)) ?? "item";
  const indexVar = nameOf(loop.control.indexVar && located(loop.control.indexVar, view));
  const isExtended = loop.control.extended !== undefined && located(loop.control.extended, view) === true;
  return items
    .filter((item) => item !== OMIT)
    .map((item, index) => {
      const vars = Dict.of({ [loopVar]: item, ansible_loop_var: loopVar });
      if (indexVar) vars.set(indexVar, index).set("ansible_index_var", indexVar);
      if (isExtended) vars.set("ansible_loop", extended(items, index));
      return { item, vars, loopVar };
    });
}

function extended(items: readonly Value[], index: number): Dict {
  const loop = Dict.of({
    allitems: items,
    index: index + 1,
    index0: index,
    first: index === 0,
    last: index === items.length - 1,
    length: items.length,
    revindex: items.length - index,
    revindex0: items.length - index - 1,
  });
  if (index > 0) loop.set("previtem", items[index - 1] as Value);
  if (index < items.length - 1) loop.set("nextitem", items[index + 1] as Value);
  return loop;
}

function nameOf(value: Value | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
