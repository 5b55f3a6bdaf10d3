/** Colours as Ansible's output has them, and the one place where a host's text is made harmless for a terminal. */

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

/** Control characters (but for newline and tab) shown as `\x1b`: a host cannot move the cursor or change the title. */
export function harmless(text: string): string {
  return text.replaceAll(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/** Cuts to a width, with an ellipsis where something was cut. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
