import type { Ask } from "../engine/engine.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import { askSecret } from "./secrets.ts";
import type { Stopping } from "./signals.ts";
import { forgetTyped } from "./typed-ahead.ts";

/** Asks on the terminal (vars_prompt, pause, --step); null where there is none, so that nothing waits for ever.
 *  @param stop Ctrl-C at a question, or the end of its input, ends the run as Ctrl-C does at any other time */
export function terminalAsk(stop: Stopping): Ask | null {
  if (!hasTerminal()) return null;
  return async (question) => {
    try {
      if (await forgetTyped()) stop.interrupt();
      return await answered(stop, asked(question, stop.soft));
    } catch (error) {
      if ((error as Error).name === "ExitPromptError") stop.interrupt();
      if (!stop.soft.aborted) throw error;
      const message = "Interrupted at a question";
      throw new KmendError({ code: "interrupted", message }, exitCodes.interrupted, error);
    }
  };
}

async function asked({ text, secret, initial }: Parameters<Ask>[0], signal: AbortSignal): Promise<string> {
  if (secret) return askSecret(text, undefined, signal);
  const { input } = await import("@inquirer/prompts");
  return input({ message: text, ...(initial === undefined ? {} : { default: initial }) }, { signal });
}

/** Long enough for an answer to arrive; and for the signal that a lost terminal sends, which is heard first then. */
const settleMs = 300;

/** After Ctrl-D nobody reads any more, and inquirer's promise stays open for ever: Node would leave in the middle of the run. */
async function answered(stop: Stopping, answer: Promise<string>): Promise<string> {
  const { stdin } = process;
  let closing: NodeJS.Timeout | undefined;
  const onPause = (): void => {
    closing = setTimeout(() => {
      if (stdin.isPaused() && !stop.soft.aborted) stop.interrupt();
    }, settleMs);
  };
  const staying = setInterval(() => {}, 60_000);
  stdin.on("pause", onPause);
  try {
    return await answer;
  } finally {
    stdin.off("pause", onPause);
    clearInterval(staying);
    clearTimeout(closing);
  }
}

/** Somebody can be asked. */
export function hasTerminal(): boolean {
  return Boolean(process.stdin.isTTY && process.stdout.isTTY);
}
