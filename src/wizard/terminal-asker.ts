/** Asks by keys: arrows and Enter, by inquirer's prompts, which are loaded when one is asked. */

import { wrap, wrapAll } from "../report/report.ts";
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
        name: besideCursor(name, paper.columns),
        short: afterQuestion(question, name, paper.columns),
        ...(about === undefined ? {} : { description: wrapped(about) }),
      }));
      const index = await untilLeft(
        select({
          message: asQuestion(question, paper.columns),
          choices: asked,
          pageSize: pageSize(),
          loop: false,
        }),
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

/** Of the cursor before a choice, and of the mark before a question. */
const margin = 2;

function besideCursor(name: string, columns: number): string {
  return wrap(name, columns - 1 - margin, 0).join(`\n${" ".repeat(margin)}`);
}

function asQuestion(question: string, columns: number): string {
  return wrap(`? ${question}`, columns - 1, margin)
    .join("\n")
    .slice(margin);
}

/** What was chosen goes on in the question's line, as far as that holds it. */
function afterQuestion(question: string, name: string, columns: number): string {
  const begun = asQuestion(question, columns);
  return asQuestion(`${question} ${name}`, columns).slice(begun.length).replace(/^ /, "");
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
