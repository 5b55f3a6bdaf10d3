/** Answers for somebody: each question has to come, in this order, and no other. */

import type { Asker } from "../../src/wizard/ask.ts";
import { Left } from "../../src/wizard/ask.ts";

/** What to a question of this text is answered: a choice by its name, a text, names to leave out; `leave` is Ctrl-C. */
export type Answer = readonly [question: RegExp, answer: RegExp | string | "leave"];

export interface Answering extends Asker {
  /** All that was shown. */
  readonly said: string[];
  /** Answers that nobody asked for. */
  readonly left: Answer[];
}

export function answering(answers: readonly Answer[]): Answering {
  const left = [...answers];
  const said: string[] = [];
  const answerTo = (question: string): RegExp | string => {
    const [wanted, answer] = left.shift() ?? [];
    if (!wanted?.test(question) || answer === undefined)
      throw new Error(`Asked "${question}", and ${wanted} was to come\n${said.slice(-30).join("\n")}`);
    if (answer === "leave") throw new Left();
    return answer;
  };
  return {
    said,
    left,
    say: (lines) => void said.push(...lines),
    async choose(question, choices) {
      const answer = answerTo(question);
      const chosen = choices.find(({ name }) =>
        typeof answer === "string" ? name === answer : answer.test(name),
      );
      if (!chosen)
        throw new Error(`"${question}" has no ${answer}: ${choices.map(({ name }) => name).join(" | ")}`);
      return chosen.value;
    },
    async pick(question, choices) {
      const answer = String(answerTo(question)).split(" ");
      return choices.filter(({ name }) => !answer.includes(name)).map(({ value }) => value);
    },
    async text(question, _initial, check = () => null) {
      const answer = String(answerTo(question));
      const wrong = check(answer);
      if (wrong !== null) throw new Error(`"${question}" does not take ${answer}: ${wrong}`);
      return answer;
    },
  };
}
