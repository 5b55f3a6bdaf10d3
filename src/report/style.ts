/** Colours as Ansible's output has them. */

export { harmless } from "../problem/problem.ts";

const codes = {
  ok: 32,
  changed: 33,
  failed: 31,
  unreachable: 91,
  skipped: 36,
  warning: 35,
  dim: 2,
  bold: 1,
} as const;

export type Tone = keyof typeof codes;

/** Colours the text, or gives it back as it is where colour is off. */
export function paint(colour: boolean, tone: Tone, text: string): string {
  return colour ? `\u001b[${codes[tone]}m${text}\u001b[0m` : text;
}

/** Cuts to a width, with an ellipsis where something was cut. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
