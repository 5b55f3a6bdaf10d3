import { type Asker, Left } from "./ask.ts";

/** Asks as another does, and forgets before each question what was typed until then.
 *  @param forget whether somebody left meanwhile */
export function forgettingAsker(asker: Asker, forget: () => Promise<boolean>): Asker {
  const afresh = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (await forget()) throw new Left();
    return ask();
  };
  return {
    say: (lines) => asker.say(lines),
    choose: (question, choices) => afresh(() => asker.choose(question, choices)),
    pick: (question, choices) => afresh(() => asker.pick(question, choices)),
    text: (question, initial, check) => afresh(() => asker.text(question, initial, check)),
  };
}
