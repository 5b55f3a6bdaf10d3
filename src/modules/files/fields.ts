/** A path's state as the keys that Ansible registers. */

import { Dict, type Value } from "../../template/values.ts";
import { octal, type PathState } from "./path-state.ts";

const stateWords = {
  file: "file",
  directory: "directory",
  link: "link",
  other: "file",
  absent: "absent",
} as const;

/** `state`, `mode`, `owner`, `group`, `uid`, `gid`, `size`; of an absent path only `state`. */
export function fields(state: PathState): Record<string, Value> {
  const word = stateWords[state.kind];
  if (state.kind === "absent") return { state: word };
  const size = state.kind === "file" ? { size: state.size } : {};
  const { uid, gid, owner, group } = state;
  return { state: word, mode: octal(state.mode), owner, group, uid, gid, ...size };
}

/** A dictionary without the keys that are undefined. */
export function dictOf(entries: Readonly<Record<string, Value | undefined>>): Dict {
  const dict = new Dict();
  for (const [key, value] of Object.entries(entries)) if (value !== undefined) dict.set(key, value);
  return dict;
}
