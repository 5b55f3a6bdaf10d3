/**
 * What is written in place of a secret: the one list of texts that never leave the process, and the rule that finds them by
 * their names.
 *
 * Words: a **secret** is a text that nobody but the host and its operator may read; to **mask** is to write stars in its place.
 * Must: a text once known is masked in whatever is given here from then on. Must: what only runs into a secret by accident
 * (a word of three letters, `true`) is let be, or nothing could be read any more.
 */

export { equalButMasked, hiddenAlike, isMasked } from "./compare.ts";
export { mark } from "./known-texts.ts";
export { lost, type Mask, newMask } from "./masking.ts";
export { namesSecret } from "./secret-names.ts";
