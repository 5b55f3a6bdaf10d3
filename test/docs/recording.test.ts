/**
 * README's recording is what kmend shows today: the journals of its runs, which are kept beside it, are shown once more by the readers of
 * now, filmed, and compared with the picture. What a host is asked, and in which order, is in the journals: that is not tried anew.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import {
  keptJournal,
  recordedCommands,
  recordingOf,
  screenSize,
  typed,
} from "../../docs/terminal/recording.ts";
import { canType, type Ran, typeInto } from "../../docs/terminal/session.ts";
import { svgOf } from "../../docs/terminal/svg.ts";
import { plainEnvironment } from "../environment.ts";

const root = join(import.meta.dirname, "../..");
const picture = readFileSync(join(root, "docs/pictures/terminal.svg"), "utf8");

/** The pictures of a film, each with its rows as they are drawn: text, place and colour. */
function picturesIn(svg: string): readonly (readonly string[])[] {
  const rows = new Map(
    [...svg.matchAll(/<g id="(\w+)">(.*?)<\/g>/g)].map(([, name = "", row = ""]) => [name, row]),
  );
  return [...svg.matchAll(/<g transform=[^>]*>(.*?)<\/g>/g)].map(([, uses = ""]) =>
    [...uses.matchAll(/href="#(\w+)" y="(\d+)"/g)].map(([, name = "", y]) => `${y} ${rows.get(name)}`),
  );
}

const textOf = (row: string): string =>
  [...row.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text).join(" ");
const isPrompt = (row: string): boolean => /^\$( |$)/.test(textOf(row));
const withoutPlace = (row: string): string => row.replace(/^\d+ /, "");

const wheel = /[\u2800-\u28ff]/;

/** What is redrawn while it lasts: how far a wheel or a bar is, and how long it took, is another each time. */
function isAlive(row: string): boolean {
  return wheel.test(textOf(row)) || /^(›|…)/.test(textOf(row));
}

/** How it is drawn, of whatever task and however far it is. */
function shapeOf(row: string): string {
  const named = withoutPlace(row)
    .replaceAll(/\d+(\.\d+)?/g, "0")
    .replaceAll(/[█▓▒░·]+/g, "·");
  return wheel.test(named) ? named.replace(wheel, "⠿").replaceAll(/>[^<⠿]+</g, "><") : named;
}

/** A picture may be of a line that is half written: the whole one stands for it. */
function withoutHalves(rows: readonly string[]): readonly string[] {
  const whole = (text: string): string => text.replace(/ textLength="[^"]*"/g, "").replace(/<\/text>$/, "");
  return rows.filter((row) => !rows.some((other) => other !== row && whole(other).startsWith(whole(row))));
}

/** How the screen looks when a command has ended: the last picture before the next prompt is typed at. */
function endsOf(pictures: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return pictures.filter((rows) => rows.length > 1 && / \$ *$/.test(` ${textOf(rows.at(-1) ?? "")}`));
}

const unique = (rows: readonly string[]): readonly string[] => [...new Set(rows)].sort();

/** More than all commands print. */
const wholeRows = 600;

/** As on the screen, and with nothing out of sight. */
async function filmedToday(): Promise<{ readonly seen: string; readonly whole: string }> {
  const shown = recordedCommands.map(
    (command) => `"${process.execPath}" "${join(root, "docs/terminal/replay.ts")}" ${command}`,
  );
  const ran = await typeInto(shown, {
    ...screenSize,
    cwd: root,
    env: plainEnvironment(),
    timeoutMs: 100_000,
  });
  for (const { status, chunks } of ran)
    if (status !== 0) throw new Error(chunks.map(({ text }) => text).join(""));
  const asTyped = ran.map((each, i): Ran => ({ ...each, command: Object.values(typed)[i] ?? "" }));
  const drawn = async (rows: number): Promise<string> =>
    svgOf(await recordingOf(asTyped, rows), { ...screenSize, rows, title: "", description: "" });
  return { seen: await drawn(screenSize.rows), whole: await drawn(wholeRows) };
}

t.test(
  "today's readers show the recorded runs as README does",
  { skip: canType() ? false : "there is no script of util-linux", timeout: 120_000 },
  async (t) => {
    const { seen, whole } = await filmedToday();
    const [then, now] = [picturesIn(picture), picturesIn(seen)];
    const hint = "if this is meant: node docs/record-terminal.ts makes the recording anew";
    const lines = (
      pictures: typeof then,
      wanted: boolean,
      made: (row: string) => string,
    ): readonly string[] =>
      withoutHalves(
        unique(
          pictures
            .flat()
            .filter((row) => isAlive(row) === wanted)
            .map(made),
        ),
      );
    // A line that was seen for less than a picture's time is in no recording.
    const staying = new Set(lines(picturesIn(whole), false, withoutPlace));
    const missing = lines(then, false, withoutPlace).filter((line) => !staying.has(line));
    t.strictSame(missing, [], `each line that was seen stays as it was: ${hint}`);
    const [alive, aliveThen] = [lines(now, true, shapeOf), lines(then, true, shapeOf)];
    t.ok(aliveThen.length > 2);
    const gone = aliveThen.filter((shape) => !alive.includes(shape));
    t.strictSame(gone, [], `what is redrawn while it lasts is drawn so today, too: ${hint}`);
    const ends = (pictures: typeof then): readonly (readonly string[])[] =>
      endsOf(pictures).map((rows) => rows.map(withoutPlace).slice(-20));
    t.equal(ends(then).length, recordedCommands.length);
    t.strictSame(ends(now), ends(then), `each command ends with the same screen: ${hint}`);
  },
);

t.test("what is typed in it is what the recorder types", async (t) => {
  const prompts = new Set(
    picturesIn(picture)
      .flat()
      .filter(isPrompt)
      .map((row) => textOf(row).trim()),
  );
  for (const command of Object.values(typed)) t.ok(prompts.has(`$ ${command}`), command);
});

t.test(
  "the journals beside it tell nothing of the machine that they were made on, and are small",
  async (t) => {
    for (const command of recordedCommands) {
      const text = JSON.stringify(keptJournal(command));
      t.notMatch(text, /\/(?:root|home|tmp|work|usr|var)\b|\b\d+\.\d+\.\d+\.\d+\b|\w@\w|KMEND_/, command);
      t.ok(text.length < 100_000, `${command}: ${text.length} letters`);
    }
  },
);
