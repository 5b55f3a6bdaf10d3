import type { Ask } from "../engine/engine.ts";
import { askSecret } from "./secrets.ts";

/** Asks on the terminal (vars_prompt, pause); null where there is none, so that nothing waits for ever. */
export function terminalAsk(): Ask | null {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return null;
  return async ({ text, secret, initial }) => {
    if (secret) return askSecret(text);
    const { input } = await import("@inquirer/prompts");
    return input({ message: text, ...(initial === undefined ? {} : { default: initial }) });
  };
}
