import type { Ask } from "../engine/engine.ts";
import type { Reader } from "../report/report.ts";

/** Asks one question at a time, each on a screen that nobody draws on meanwhile. @param reader who draws on it now */
export function askedAside(ask: Ask | null, reader: () => Reader): Ask | null {
  if (!ask) return null;
  let before: Promise<unknown> = Promise.resolve();
  return (question) => {
    const answer = before.then(() => {
      const { aside } = reader();
      return aside ? aside(() => ask(question)) : ask(question);
    });
    before = answer.catch(() => {});
    return answer;
  };
}
