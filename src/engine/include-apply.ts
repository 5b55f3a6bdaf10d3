import { appliedTags, type Located, listed, type ModuleDefaults, type Shared } from "../playbook/playbook.ts";
import type { Place } from "../problem/problem.ts";
import { Dict, str, type Value } from "../template/template.ts";

/** `apply:` of an include, as the keywords of a level around what is included. */
export function appliedKeywords(options: Dict, place: Place): Shared {
  const apply = options.get("apply");
  if (!(apply instanceof Dict)) return { tags: [], when: [] };
  const at = (value: Value): Located => ({ value, place });
  const singles: Record<string, Located> = {};
  for (const [word, name] of words) {
    const value = apply.get(word);
    if (value !== undefined) singles[name] = at(value);
  }
  const vars = apply.get("vars");
  return {
    ...singles,
    ...(vars instanceof Dict ? { vars } : {}),
    environment: listed(apply.get("environment")).map(at),
    moduleDefaults: listed(apply.get("module_defaults")).flatMap((each) => defaultsOf(each, place)),
    tags: appliedTags(options),
    when: listed(apply.get("when")).map(at),
  };
}

function defaultsOf(value: Value, place: Place): ModuleDefaults[] {
  if (!(value instanceof Dict)) return [];
  return value
    .entries()
    .map(([name, each]) => ({ name: str(name), place, value: { value: each, place }, places: new Map() }));
}

const words = [
  ["become", "become"],
  ["become_user", "becomeUser"],
  ["become_method", "becomeMethod"],
  ["become_flags", "becomeFlags"],
  ["check_mode", "checkMode"],
  ["diff", "diff"],
  ["no_log", "noLog"],
  ["ignore_errors", "ignoreErrors"],
  ["ignore_unreachable", "ignoreUnreachable"],
  ["any_errors_fatal", "anyErrorsFatal"],
  ["throttle", "throttle"],
  ["timeout", "timeout"],
  ["run_once", "runOnce"],
  ["delegate_to", "delegateTo"],
  ["delegate_facts", "delegateFacts"],
  ["remote_user", "remoteUser"],
  ["connection", "connection"],
  ["port", "port"],
] as const;
