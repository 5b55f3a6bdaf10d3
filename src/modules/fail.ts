/** Fails the host with a message (Ansible's `fail`). */

import { asText } from "./coerce.ts";
import { type ControllerModule, TaskFailed } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  msg: { type: "raw", default: "Failed as requested from task", help: "Say this" },
} as const satisfies Options;

export const fail: ControllerModule<ArgumentsOf<typeof options>> = {
  kind: "controller",
  name: "fail",
  summary: "Fail the host with a message",
  options,
  wayBack: "Nothing to take back: it touches no host.",
  examples: `- fail: {msg: "This kernel cannot hand kmem ids back"}
  when: kernel_release == 514`,
  act: ({ msg }) => {
    throw new TaskFailed(asText(msg), { msg });
  },
};
