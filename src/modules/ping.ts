/** Answers when the host does (Ansible's `ping`): a shell that runs a script is all that is needed. */

import { raw } from "../script/script.ts";
import { Dict } from "../template/values.ts";
import { type HostModule, TaskFailed } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  data: { type: "str", default: "pong", help: "Give back this text; `crash` fails the task" },
} as const satisfies Options;

export const ping: HostModule<ArgumentsOf<typeof options>, true, never> = {
  kind: "host",
  name: "ping",
  summary: "Check that the host answers",
  options,
  wayBack: "It changes nothing, so there is nothing to take back.",
  examples: "- ping:",
  inspect: ({ data }) => ({
    script: raw(":"),
    parse: () => {
      if (data === "crash") throw new TaskFailed("boom");
      return true;
    },
  }),
  plan: () => null,
  apply: () => raw(":"),
  revert: () => null,
  foresight: { sees: () => ({}) },
  result: ({ args }) => Dict.of({ changed: false, ping: args.data }),
};
