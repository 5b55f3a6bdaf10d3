/** Permissions as Ansible and chmod(1) write them: octal numbers and symbolic words. */

import type { Mode } from "../options.ts";

/** The permission bits that `mode` gives to something that has `current`. */
export function applyMode(
  mode: Mode,
  current: number,
  on: { readonly isDirectory: boolean; readonly umask: number },
): number {
  if (typeof mode === "number") return mode & 0o7777;
  return mode.split(",").reduce((bits, clause) => applyClause(clause, bits, on), current);
}

const shifts: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 };

/** One clause, such as `ug+rwX`; actions after one another (`u=rw-x`) apply in order. */
function applyClause(clause: string, bits: number, on: { isDirectory: boolean; umask: number }): number {
  const [, who = "", actions = ""] = /^([ugoa]*)(.*)$/.exec(clause) ?? [];
  const classes = who === "" || who.includes("a") ? ["u", "g", "o"] : [...new Set(who)];
  // Without `ugoa`, bits that the umask holds back stay as they are, as chmod(1) has it.
  const allowed = who === "" ? 0o7777 & ~on.umask : 0o7777;
  let result = bits;
  for (const [, operator, permissions = ""] of actions.matchAll(/([+=-])([rwxXstugo]*)/g)) {
    let gained = 0;
    let field = 0;
    for (const each of classes) {
      const shift = shifts[each] ?? 0;
      gained |= (permissionBits(permissions, result, on.isDirectory) << shift) | special(permissions, each);
      field |= (0o7 << shift) | (each === "u" ? 0o4000 : each === "g" ? 0o2000 : 0o1000);
    }
    gained &= allowed;
    if (operator === "+") result |= gained;
    else if (operator === "-") result &= ~gained;
    else result = (result & ~(on.isDirectory ? field & 0o777 : field)) | gained;
  }
  return result;
}

/** Three bits for the letters: `X` is execute where it makes sense, `u` `g` `o` copy what that class has. */
function permissionBits(letters: string, current: number, isDirectory: boolean): number {
  let bits = 0;
  for (const letter of letters) {
    if (letter === "r") bits |= 4;
    else if (letter === "w") bits |= 2;
    else if (letter === "x" || (letter === "X" && (isDirectory || (current & 0o111) !== 0))) bits |= 1;
    else if (letter in shifts) bits |= (current >> (shifts[letter] ?? 0)) & 7;
  }
  return bits;
}

function special(letters: string, each: string): number {
  const set = letters.includes("s") ? (each === "u" ? 0o4000 : each === "g" ? 0o2000 : 0) : 0;
  return letters.includes("t") && each === "o" ? set | 0o1000 : set;
}
