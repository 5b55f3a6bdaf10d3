/** docs/cli.md: every command with its options. What several share stands once. */

import type { CommandPage, Term } from "./read.ts";

type Group = CommandPage["groups"][number];

/** So many commands have the same group before it is described once for all. */
const sharedBy = 3;

export function commandsPage(commands: readonly CommandPage[]): string {
  const called = commands.flatMap(calledOf);
  const uses = Map.groupBy(
    called.flatMap(({ groups }) => groups),
    (group) => JSON.stringify(group),
  );
  const often = [...uses.values()].flatMap(([group, ...more]) =>
    group && group.title !== "Options" && more.length + 1 >= sharedBy ? [group] : [],
  );
  // Two that are called alike, and are not, would be mixed up: those stand with each command.
  const shared = often.filter(({ title }) => often.filter((each) => each.title === title).length === 1);
  const texts = new Set(shared.map((group) => JSON.stringify(group)));
  const isShared = (group: Group): boolean => texts.has(JSON.stringify(group));
  return `${[
    `# Commands

Made by \`node docs/generate.ts\` from the program's own help: what \`kmend COMMAND --help\` says, on one page. Every command has
\`-h, --help\`. The flags that \`ansible-playbook\` has, too, are compared in [compatibility.md](compatibility.md).`,
    table(
      ["command", "for"],
      commands.map((command) => [`[${command.name}](#${anchor(command.name)})`, command.summary]),
    ),
    ...commands.map((command) => sectionOf(command, 2, isShared)),
    "## Options of many commands",
    ...shared.map(({ title, options }) => `### ${title}\n\n${optionsTable(options)}`),
  ].join("\n\n")}\n`;
}

function sectionOf(command: CommandPage, level: number, isShared: (group: Group) => boolean): string {
  const isAlone = command.commands.length === 0;
  return [
    `${"#".repeat(level)} ${command.name}`,
    `${command.summary}.`,
    ...(isAlone ? usageOf(command, isShared) : []),
    ...command.endings.map(({ title, lines }) => `${title}:\n\n${indented(lines)}`),
    ...command.commands.map((each) => sectionOf(each, level + 1, isShared)),
  ].join("\n\n");
}

function usageOf(
  { usage, arguments: given, groups }: CommandPage,
  isShared: (group: Group) => boolean,
): string[] {
  const others = groups.filter(isShared).map(({ title }) => `[${title}](#${anchor(title)})`);
  return [
    indented([usage]),
    ...(given.length > 0 ? [optionsTable(given, "argument")] : []),
    ...groups
      .filter((group) => !isShared(group))
      .map(({ title, options }) => `${title === "Options" ? "" : `${title}:\n\n`}${optionsTable(options)}`),
    ...(others.length > 0 ? [`And, as many commands: ${others.join(", ")}.`] : []),
  ];
}

function calledOf(command: CommandPage): readonly CommandPage[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(calledOf);
}

function optionsTable(terms: readonly Term[], what = "option"): string {
  return table(
    [what, "what it does"],
    terms.map(({ term, meaning }) => [`\`${term}\``, meaning]),
  );
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  return [header, header.map(() => "---"), ...cells].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `    ${line}`).join("\n");
}

/** As forges make it from a heading. */
function anchor(title: string): string {
  return title.toLowerCase().replaceAll(" ", "-");
}
