import { version } from "../package/package.ts";
import { commands } from "./commands.ts";

/** What `kmend`, `kmend --help` and `kmend --version` print; null where argv asks for something else. */
export function overviewFor(argv: readonly string[]): string | null {
  const [word, more, ...rest] = argv;
  if (rest.length > 0 || (more !== undefined && more !== "--all")) return null;
  if (more === undefined && (word === "-V" || word === "--version")) return `${version}\n`;
  const isAsked = word === "-h" || word === "--help" || word === "help";
  return isAsked || argv.length === 0 ? overview(more !== undefined) : null;
}

/** As many commands as fit a small terminal beside the rest; or all. */
function overview(isAll: boolean): string {
  const shown = commands.filter(({ isAside }) => isAll || !isAside);
  const aside = commands.filter((each) => !shown.includes(each)).map(({ name }) => name);
  const width = Math.max(...shown.map(({ name }) => name.length));
  return `Mend Kubernetes nodes over SSH: find the kmem leak, fix it, prove it, undo it

Usage: kmend COMMAND [options]

Commands (what one takes, with examples: kmend help COMMAND):
${shown.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join("\n")}
${aside.length > 0 ? `  also: ${aside.join(", ")} (kmend help --all)\n` : ""}
Examples:
  kmend lab up --nodes 6 --inventory hosts.yml   # a rehearsal fleet here
  kmend scan -i hosts.yml                        # who leaks, and why

Exit codes: 0 well, 1 error, 2 some host failed, 4 some host unreachable or a
            playbook that does not load, 5 bad options, 99 interrupted
`;
}
