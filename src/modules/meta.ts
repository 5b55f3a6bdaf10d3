/** Tells the run itself to do something (Ansible's `meta`). */

import { Dict } from "../template/values.ts";
import type { ControllerModule } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  action: {
    type: "str",
    required: true,
    choices: [
      "clear_facts",
      "clear_host_errors",
      "end_batch",
      "end_host",
      "end_play",
      "flush_handlers",
      "noop",
      "refresh_inventory",
      "reset_connection",
    ],
    help: "Do this, as the free form",
  },
} as const satisfies Options;

export const meta: ControllerModule<ArgumentsOf<typeof options>> = {
  kind: "controller",
  name: "meta",
  summary: "Tell the run itself to do something",
  options,
  freeForm: "action",
  wayBack: "Nothing to take back: it touches no host.",
  examples: `- meta: flush_handlers
- meta: end_host
  when: not kmem.leaks`,
  act: ({ action }) => ({ result: Dict.of({ changed: false }), effects: [{ kind: "meta", action }] }),
};
