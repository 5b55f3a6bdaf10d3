/** Where a run learns what its secrets are: from the names of variables, from options, and from what `no_log` hides. */

import type { Mask } from "../mask/mask.ts";
import { namesSecret } from "../mask/mask.ts";
import type { Module } from "../modules/modules.ts";
import { Dict, isList, textsIn, type Value } from "../template/template.ts";
import type { Result } from "./result.ts";
import type { EngineOptions } from "./world.ts";

/** Of a result that `no_log` hides only longer texts: a word of it would be missed everywhere. */
const shortestHidden = 8;
/** Longer ones are output, not secrets. */
const longestHidden = 64 * 1024;

/** What flags and files said before anything was read. */
export function knowOptions(mask: Mask, { become, connection, extraVars }: EngineOptions): void {
  for (const password of [become.password, connection.password]) if (password) mask.know(password);
  knowVariables(mask, extraVars);
}

/** Every secret among these variables, as written: what is a template is known when it is rendered. */
export function knowVariables(mask: Mask, vars: Dict): void {
  for (const [name, value] of vars.entries()) knowVariable(mask, String(name), value);
}

/** A variable's value, or an option's: whole where its name says so, else what its own keys name. */
export function knowVariable(mask: Mask, name: string, value: Value): void {
  if (namesSecret(name)) knowAll(mask, value);
  else knowNested(mask, value);
}

const walked = new WeakMap<Mask, WeakSet<object>>();

function knowNested(mask: Mask, value: Value): void {
  if (!(value instanceof Dict) && !isList(value)) return;
  const seen = walked.get(mask) ?? new WeakSet();
  walked.set(mask, seen);
  if (seen.has(value)) return;
  seen.add(value);
  if (value instanceof Dict) knowVariables(mask, value);
  else for (const each of value) knowNested(mask, each);
}

function knowAll(mask: Mask, value: Value): void {
  for (const text of textsIn(value)) if (!text.includes("{{") && !text.includes("{%")) mask.know(text);
}

/** What the task gives its module under a secret name, and to options that are secrets by themselves. */
export function knowArguments(mask: Mask, module: Module, given: Dict): void {
  knowVariables(mask, given);
  for (const [name, option] of Object.entries(module.options))
    if (option.secret)
      for (const key of [name, ...(option.aliases ?? [])]) {
        const value = given.get(key);
        if (value !== undefined) knowAll(mask, value);
      }
}

/** What a task came to that `no_log` hides: another task may write it where nothing is hidden. */
export function knowHidden(mask: Mask, { values, effects = [] }: Result): void {
  for (const key of ["stdout", "stderr", "content", "ansible_facts"]) {
    const value = values.get(key);
    if (value !== undefined) knowLong(mask, value);
  }
  for (const effect of effects) {
    if (effect.kind === "set-facts") knowLong(mask, effect.facts);
    if (effect.kind === "include-vars") knowLong(mask, effect.vars);
  }
}

function knowLong(mask: Mask, value: Value): void {
  for (const text of textsIn(value))
    if (text.length >= shortestHidden && text.length <= longestHidden) mask.know(text);
}

/** The controller's environment, of which a secret is known once somebody reads it. */
export function watchedEnvironment(mask: Mask, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return new Proxy(environment, {
    get(target, name) {
      const value = typeof name === "string" ? target[name] : undefined;
      if (typeof name === "string" && value !== undefined) knowVariable(mask, name, value);
      return value;
    },
  });
}
