import { version } from "../package/package.ts";
import { commands } from "./commands.ts";

/** What `kmend`, `kmend --help` and `kmend --version` print; null where argv asks for something else. */
export function overviewFor(argv: readonly string[]): string | null {
  const [word, ...more] = argv;
  if (more.length > 0) return null;
  if (word === "-V" || word === "--version") return `${version}\n`;
  return word === undefined || word === "-h" || word === "--help" || word === "help" ? overview() : null;
}

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return `Mend Kubernetes nodes over SSH: find the kmem leak, fix it, prove it, take it back

Usage: kmend COMMAND [options]

Commands:
${commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join("\n")}

Options:
  -h, --help     show this; after a command, what that command takes
  -V, --version  show the version

Examples:
  kmend lab up --nodes 6                             raise a rehearsal fleet on this machine
  kmend scan -i inventory/example.yml                who leaks, and why
  kmend run --help                                   what a command takes, with examples

Exit codes: 0 well, 1 error, 2 some host failed, 4 some host unreachable or a playbook that does not load,
            5 bad options, 99 interrupted, 250 unexpected
`;
}
