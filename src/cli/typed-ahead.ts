import { setTimeout as sleep } from "node:timers/promises";
import { surviveLostTerminal } from "./lost-terminal.ts";

/** Keys that the terminal holds come at once; those that somebody presses now are an answer. */
const settleMs = 20;

const ctrlC = "\u0003";

/** Throws away what was typed while nothing was asked: it is no answer to a question that nobody had read.
 *  @returns whether Ctrl-C was among it, which is a key like others while it looks */
export async function forgetTyped({ stdin } = process): Promise<boolean> {
  if (!stdin.isTTY) return false;
  surviveLostTerminal();
  let isLeft = false;
  const drop = (keys: Buffer): void => {
    isLeft ||= keys.includes(ctrlC);
  };
  // A terminal hands out whole lines only, unless it is read key by key.
  stdin.setRawMode(true);
  stdin.on("data", drop);
  await sleep(settleMs);
  stdin.off("data", drop);
  stdin.pause();
  stdin.setRawMode(false);
  return isLeft;
}
