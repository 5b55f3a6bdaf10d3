/** `validate:` runs a program on the new file before it is moved into place. */

import { type Script, sh } from "../../script/script.ts";
import { splitWords } from "../free-form.ts";
import { TaskFailed } from "../module.ts";

/** Fails, with what the program said on stderr, unless it exits with 0. No shell sees the user's text. */
export function validation(validate: string, file: string): Script {
  const words = splitWords(validate).map((word) => word.replaceAll("%s", file));
  return sh`{ kmend_said=$(${words} 2>&1) || {
      kmend_code=$?; printf 'failed to validate: rc:%s error:%s\n' "$kmend_code" "$kmend_said" >&2; false; }; }`;
}

/** @throws TaskFailed unless the text names the file by `%s`. */
export function checkValidate(validate: string | undefined): void {
  if (validate !== undefined && !validate.includes("%s"))
    throw new TaskFailed(`validate must contain %s: ${validate}`);
}
