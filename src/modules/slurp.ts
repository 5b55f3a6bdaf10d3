/** Reads a file of the host, as base64 (Ansible's `slurp`). Changes nothing. */

import { raw, sh } from "../script/script.ts";
import { Dict } from "../template/values.ts";
import { lookFunctions, readEncoded, readName } from "./files/look.ts";
import { hostPath } from "./host-path.ts";
import { type HostModule, TaskFailed, text } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  src: { type: "path", required: true, aliases: ["path"], help: "Read this file" },
} as const satisfies Options;

interface SlurpState {
  readonly source: string;
  readonly content: string;
}

export const slurp: HostModule<ArgumentsOf<typeof options>, SlurpState> = {
  kind: "host",
  name: "slurp",
  summary: "Read a file of the host, as base64",
  options,
  wayBack: "Nothing to take back: it only reads.",
  examples: `- slurp: {src: /var/lib/kubelet/config.yaml}
  register: config
- debug: msg="{{ config.content | b64decode }}"`,
  inspect: ({ src }) => ({
    script: sh`(
${lookFunctions}
p=${hostPath(src)}
printf 'source '; kmend_name "$p"
if [ ! -e "$p" ]; then echo absent
elif [ -d "$p" ]; then echo directory
elif [ ! -r "$p" ]; then echo unreadable
else printf 'content '; kmend_b64 < "$p"; echo .; fi
)`,
    parse: (output) => {
      const printed = text(output.stdout);
      const source = readName(printed, "source") ?? "";
      const content = readEncoded(printed, "content");
      if (content !== undefined) return { source, content: Buffer.from(content).toString("base64") };
      if (/^directory$/m.test(printed))
        throw new TaskFailed(`source is a directory and must be a file: ${source}`);
      if (/^unreadable$/m.test(printed)) throw new TaskFailed(`file is not readable: ${source}`);
      throw new TaskFailed(`file not found: ${source}`);
    },
  }),
  plan: () => null,
  apply: () => raw(":"),
  revert: () => raw(":"),
  foresight: { sees: ({ src }) => ({ paths: [src] }) },
  result: ({ state }) =>
    Dict.of({
      changed: false,
      content: state?.content ?? "",
      encoding: "base64",
      source: state?.source ?? "",
    }),
};
