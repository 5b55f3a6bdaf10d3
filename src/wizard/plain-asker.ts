/** Asks a line at a time, for screen readers and terminals without cursor movement: each choice has a number, and nothing
 *  that was shown is ever drawn over. */

import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { type Asker, type Choice, Left } from "./ask.ts";

export function plainAsker(input: Readable, output: Writable): Asker {
  const say = (lines: readonly string[]): void => void output.write(`${lines.join("\n")}\n`);
  const ask = (question: string): Promise<string> => line(question, input, output);
  return {
    say,
    async choose(question, choices) {
      say([question, ...numbered(choices)]);
      for (;;) {
        const answer = await ask(`Number (Enter for 1): `);
        const choice = choices[answer === "" ? 0 : Number(answer) - 1];
        if (choice) return choice.value;
        say([`"${answer}" is not one of them: a number from 1 to ${choices.length}, please.`]);
      }
    },
    async pick(question, choices) {
      say([question, ...numbered(choices)]);
      for (;;) {
        const answer = await ask("Numbers to leave out, with spaces between (Enter for none): ");
        const left = answer.split(/[ ,]+/).filter((word) => word !== "");
        if (left.every((word) => choices[Number(word) - 1]))
          return choices
            .filter((_, index) => !left.includes(String(index + 1)))
            .map((choice) => choice.value);
        say([`Not all of "${answer}" are numbers from 1 to ${choices.length}.`]);
      }
    },
    async text(question, initial, check = () => null) {
      for (;;) {
        const answer =
          (await ask(`${question}${initial === "" ? "" : ` (Enter for ${initial})`}: `)) || initial;
        const wrong = check(answer);
        if (wrong === null) return answer;
        say([wrong]);
      }
    },
  };
}

function numbered(choices: readonly Choice<unknown>[]): string[] {
  return choices.flatMap(({ name, about }, index) => [
    `  ${index + 1}. ${name}`,
    ...(about === undefined ? [] : about.split("\n").map((each) => `       ${each.trim()}`)),
  ]);
}

/** A reader for each question, so that nothing holds the terminal while hosts are worked on. */
function line(question: string, input: Readable, output: Writable): Promise<string> {
  const reader = createInterface({ input, output, terminal: false });
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      end();
      reject(new Left());
    };
    const end = (): void => {
      process.off("SIGINT", leave);
      reader.off("close", leave);
      reader.close();
    };
    // The terminal makes a signal of Ctrl-C here, as it is not read key by key.
    process.once("SIGINT", leave);
    reader.once("close", leave);
    reader.once("line", (text) => {
      end();
      resolve(text.trim());
    });
    output.write(question);
  });
}
