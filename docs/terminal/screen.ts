/** What a terminal shows of a program's output, by the emulator that editors and browsers use. */

import xterm from "@xterm/headless";
import type { Chunk } from "./session.ts";

/** Text in one look. `tone` is the number of one of the terminal's 16 colours, null for the usual one. */
export interface Span {
  readonly column: number;
  readonly text: string;
  readonly tone: number | null;
  readonly isBold: boolean;
  readonly isDim: boolean;
}

export type Line = readonly Span[];

/** A terminal that is written to, and can be looked at. */
export interface Screen {
  write(text: string): Promise<void>;
  /** The rows that are seen now, from the top. */
  look(): readonly Line[];
  close(): void;
}

export function openScreen(columns: number, rows: number): Screen {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  return {
    write: (text) => new Promise((resolve) => terminal.write(text, resolve)),
    look() {
      const { active } = terminal.buffer;
      return Array.from({ length: rows }, (_, row) => spansOf(active.getLine(active.baseY + row), columns));
    },
    close: () => terminal.dispose(),
  };
}

function spansOf(line: xterm.IBufferLine | undefined, columns: number): Line {
  const spans: { column: number; text: string; tone: number | null; isBold: boolean; isDim: boolean }[] = [];
  for (let column = 0; column < columns; column += 1) {
    const cell = line?.getCell(column);
    if (!cell || cell.getWidth() === 0) continue;
    const look = {
      tone: cell.isFgPalette() ? cell.getFgColor() : null,
      isBold: cell.isBold() !== 0,
      isDim: cell.isDim() !== 0,
    };
    const last = spans.at(-1);
    const goesOn = last?.tone === look.tone && last.isBold === look.isBold && last.isDim === look.isDim;
    if (goesOn) last.text += cell.getChars() || " ";
    else spans.push({ column, text: cell.getChars() || " ", ...look });
  }
  // Spaces look like nothing: what stands around them decides where a text begins and ends.
  return spans.flatMap((span) => {
    const text = span.text.trimStart();
    const column = span.column + span.text.length - text.length;
    return text === "" ? [] : [{ ...span, column, text: text.trimEnd() }];
  });
}

/** Output as it stands on the screen in the end, from its first line on, without colours: what one would copy. */
export async function shownText(chunks: readonly Chunk[], columns: number): Promise<string> {
  const terminal = new xterm.Terminal({
    cols: columns,
    rows: 24,
    scrollback: 100_000,
    allowProposedApi: true,
  });
  try {
    await new Promise<void>((resolve) => terminal.write(chunks.map(({ text }) => text).join(""), resolve));
    const { active } = terminal.buffer;
    const lines: string[] = [];
    for (let row = 0; row < active.length; row += 1) {
      const line = active.getLine(row);
      const text = line?.translateToString(!active.getLine(row + 1)?.isWrapped) ?? "";
      // Lines that the terminal broke are one again.
      if (line?.isWrapped) lines[lines.length - 1] += text;
      else lines.push(text);
    }
    return lines.join("\n").trimEnd();
  } finally {
    terminal.dispose();
  }
}
