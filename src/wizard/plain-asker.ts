/** Asks a line at a time, for screen readers and terminals without cursor movement: each choice has a number, and nothing
 *  that was shown is ever drawn over. */

import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { firstHosts } from "../report/report.ts";
import { type Asker, type Choice, Left } from "./ask.ts";
import { matching } from "./matching.ts";

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
      const names = choices.map(({ name }) => name);
      // Nobody listens to hundreds of names: they are asked for by what they have in common.
      say(
        names.length > mostListed
          ? [question, `There are ${names.length}: ${firstHosts(names, 3)}.`]
          : [question, ...numbered(choices)],
      );
      for (;;) {
        const answer = await ask("To leave out: numbers, names or patterns (Enter for none): ");
        const left = leftOut(names, answer);
        if (left) {
          const taken = choices.filter(({ name }) => !left.has(name));
          if (left.size > 0) say([`${taken.length} of ${choices.length} are taken.`]);
          return taken.map(({ value }) => value);
        }
        say([`Not all of "${answer}" are numbers from 1 to ${choices.length}, or find a name.`]);
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

/** More are not read out one by one. */
const mostListed = 40;

/** The names that an answer leaves out; null where one of its words finds none. */
function leftOut(names: readonly string[], answer: string): ReadonlySet<string> | null {
  const left = new Set<string>();
  for (const word of answer.split(/[ ,]+/).filter((each) => each !== "")) {
    const numbered = names[Number(word) - 1];
    const found = numbered === undefined ? matching(names, word) : [numbered];
    if (found.length === 0) return null;
    for (const name of found) left.add(name);
  }
  return left;
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
