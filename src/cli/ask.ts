import type { Ask } from "../engine/engine.ts";
import { exitCodes, KmendError } from "../problem/problem.ts";
import { askSecret } from "./secrets.ts";
import type { Stopping } from "./signals.ts";

/** Asks on the terminal (vars_prompt, pause, --step); null where there is none, so that nothing waits for ever.
 *  @param stop Ctrl-C at a question ends the run as at any other time */
export function terminalAsk(stop: Stopping): Ask | null {
  if (!hasTerminal()) return null;
  return async ({ text, secret, initial }) => {
    try {
      if (secret) return await askSecret(text);
      const { input } = await import("@inquirer/prompts");
      const question = { message: text, ...(initial === undefined ? {} : { default: initial }) };
      return await input(question, { signal: stop.soft });
    } catch (error) {
      if ((error as Error).name === "ExitPromptError") stop.interrupt();
      if (!stop.soft.aborted) throw error;
      const message = "Interrupted at a question";
      throw new KmendError({ code: "interrupted", message }, exitCodes.interrupted, error);
    }
  };
}

/** Somebody can be asked. */
export function hasTerminal(): boolean {
  return Boolean(process.stdin.isTTY && process.stdout.isTTY);
}
