/**
 * Sessions that a page shows: blocks fenced as `console`. `$ ` begins a command, `> ` goes on with it, as a shell has it; the rest is
 * what comes out. There `…` stands for any text of one line, and alone on its line for any number of lines.
 */

export interface Typed {
  readonly command: string;
  readonly expected: readonly string[];
  /** The line of the page. */
  readonly line: number;
}

/** The commands of a page with what it says of each, in the page's order. */
export function consoleBlocks(page: string): readonly Typed[] {
  const typed: { command: string; expected: string[]; line: number }[] = [];
  let isInside = false;
  for (const [index, line] of page.split("\n").entries()) {
    const last = typed.at(-1);
    if (line.startsWith("```")) isInside = line === "```console";
    else if (!isInside) continue;
    else if (line.startsWith("$ ")) typed.push({ command: line.slice(2), expected: [], line: index + 1 });
    else if (last && line.startsWith("> ")) last.command += `\n${line.slice(2)}`;
    else last?.expected.push(line);
  }
  return typed;
}

/** The first line of the page that did not come out in its place, `end` where more came out than it has, or null where all is as it says. */
export function notAsSaid(expected: readonly string[], lines: readonly string[]): string | null {
  let [said, came, furthest] = [0, 0, 0];
  let open: { said: number; came: number } | null = null;
  while (came < lines.length) {
    const line = expected[said];
    if (line === "…") {
      said += 1;
      open = { said, came };
    } else if (line !== undefined && isLike(line, lines[came] ?? "")) [said, came] = [said + 1, came + 1];
    else if (open) {
      open.came += 1;
      ({ said, came } = open);
    } else break;
    furthest = Math.max(furthest, said);
  }
  while (came === lines.length && expected[said] === "…") said += 1;
  if (came === lines.length && said === expected.length) return null;
  return expected[furthest] ?? "end";
}

function isLike(expected: string, line: string): boolean {
  const parts = expected.split("…").map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(line);
}
