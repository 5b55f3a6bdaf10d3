/** Adds a host to the inventory of this run (Ansible's `add_host`). */

import { Dict, type Value } from "../template/values.ts";
import { asText } from "./coerce.ts";
import { type ControllerModule, TaskFailed } from "./module.ts";
import type { ArgumentsOf, Options } from "./options.ts";

const options = {
  name: {
    type: "str",
    required: true,
    aliases: ["host", "hostname"],
    help: "Name the host, with `:port` if need be",
  },
  groups: {
    type: "list",
    elements: "str",
    aliases: ["group", "groupname"],
    help: "Put it into these groups",
  },
} as const satisfies Options;

export const addHost: ControllerModule<ArgumentsOf<typeof options>> = {
  kind: "controller",
  name: "add_host",
  summary: "Add a host to the inventory of this run",
  options,
  anyOption: true,
  wayBack: "Nothing to take back: it touches no host.",
  examples: `- add_host: {name: "{{ item }}", groups: replaced, ansible_port: 2222}
  loop: "{{ new_nodes }}"`,
  act: ({ name, groups }, { extra }) => {
    const { host, port } = address(name);
    const all = (groups ?? []).map((group) => asText(group as Value)).filter((group) => group !== "");
    const vars = port === null ? extra : extra.copy().set("ansible_ssh_port", port);
    return {
      result: Dict.of({
        changed: true,
        add_host: Dict.of({ host_name: host, groups: all, host_vars: vars }),
      }),
      effects: [{ kind: "add-host", host, groups: all, vars }],
    };
  },
};

/** `host:port`, `[v6]:port`, or a name alone; a bare IPv6 address has no port. */
function address(name: string): { readonly host: string; readonly port: number | null } {
  if (name === "") throw new TaskFailed("name, host or hostname needs to be provided");
  const [, host = name, port] = /^(?:\[(?=[^\]]*\]:))?([^\]:]+|[^\]]+(?=\]))\]?:(\d+)$/.exec(name) ?? [];
  return { host, port: port === undefined ? null : Number(port) };
}
