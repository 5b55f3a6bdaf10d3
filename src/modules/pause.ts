/** Waits for a time, or for someone at the terminal (Ansible's `pause`). */

import { Dict, Float } from "../template/values.ts";
import { type ControllerModule, TaskFailed } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  seconds: { type: "float", help: "Wait for so many seconds" },
  minutes: { type: "float", help: "Wait for so many minutes" },
  prompt: { type: "str", help: "Show this, and wait for Enter unless a time is given" },
  echo: { type: "bool", default: true, help: "Show what is typed" },
} as const satisfies Options;

export const pause: ControllerModule<ArgumentsOf<typeof options>> = {
  kind: "controller",
  name: "pause",
  summary: "Wait for a time, or for someone at the terminal",
  options,
  wayBack: "Nothing to take back: it touches no host.",
  examples: `- pause: {seconds: 30}
- pause: {prompt: "Drain the node, then press Enter"}`,
  act: ({ seconds, minutes, prompt, echo }) => {
    if (seconds !== undefined && minutes !== undefined)
      throw new TaskFailed("parameters are mutually exclusive: minutes|seconds");
    const total = minutes === undefined ? (seconds ?? null) : minutes * 60;
    const amount = minutes ?? seconds;
    const stdout =
      amount === undefined
        ? ""
        : `Paused for ${spoken(amount)} ${minutes === undefined ? "seconds" : "minutes"}`;
    const entries = { changed: false, rc: 0, stdout, stderr: "", echo, user_input: "" };
    return {
      result: Dict.of(total === null ? entries : { ...entries, delta: new Float(total) }),
      effects: [{ kind: "pause", seconds: total, prompt: prompt ?? "", echo }],
    };
  },
};

function spoken(amount: number): string {
  return Number.isInteger(amount) ? amount.toFixed(1) : String(amount);
}
