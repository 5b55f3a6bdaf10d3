/** Asks by keys: arrows and Enter, by inquirer's prompts, which are loaded when one is asked. */

import { wrapAll } from "../report/report.ts";
import { type Asker, Left } from "./ask.ts";

/** What it shows on. */
export interface AskerPaper {
  write(text: string): void;
  /** How many choices are seen at once is taken from it. */
  readonly rows: number;
  readonly columns: number;
}

export function terminalAsker(paper: AskerPaper): Asker {
  // Inquirer would break a long line in the middle of a word.
  const wrapped = (text: string): string => wrapAll(text.split("\n"), paper.columns - 1).join("\n");
  const pageSize = (): number => Math.max(4, Math.min(12, paper.rows - 10));
  return {
    say: (lines) => paper.write(`${lines.join("\n")}\n`),
    async choose(question, choices) {
      const { select } = await import("@inquirer/prompts");
      const asked = choices.map(({ name, about }, index) => ({
        value: index,
        name,
        ...(about === undefined ? {} : { description: wrapped(about) }),
      }));
      const index = await untilLeft(
        select({ message: question, choices: asked, pageSize: pageSize(), loop: false }),
      );
      return valueAt(choices, index);
    },
    async pick(question, choices) {
      const { pickPrompt } = await import("./pick-prompt.ts");
      const names = choices.map(({ name }) => name);
      const picked = new Set(await untilLeft(pickPrompt({ message: question, names, pageSize: pageSize() })));
      return choices.filter(({ name }) => picked.has(name)).map(({ value }) => value);
    },
    async text(question, initial, check = () => null) {
      const { input } = await import("@inquirer/prompts");
      const validate = (answer: string): true | string => check(answer.trim()) ?? true;
      const answer = await untilLeft(
        input({ message: question, validate, ...(initial === "" ? {} : { default: initial }) }),
      );
      return answer.trim();
    },
  };
}

function valueAt<T>(choices: readonly { readonly value: T }[], index: number): T {
  const choice = choices[index];
  if (!choice) throw new Error(`No choice ${index}`);
  return choice.value;
}

/** inquirer takes Ctrl-C itself, and tells of it by an error. */
async function untilLeft<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && /^(Exit|Abort|Cancel)PromptError$/.test(error.name)) throw new Left();
    throw error;
  }
}
