/** Manual pages of the commands, in man(7)'s macros. */

import type { CommandPage } from "./read.ts";

/** By the name of the file: the program's own page, and one for each command, with those that belong to it. */
export function manPages(commands: readonly CommandPage[]): ReadonlyMap<string, string> {
  return new Map([
    ["kmend.1", overview(commands)],
    ...commands.map((command): [string, string] => [`${fileName(command)}.1`, pageOf(command)]),
  ]);
}

function overview(commands: readonly CommandPage[]): string {
  return page("kmend", "mend Kubernetes nodes over SSH, and take it back", [
    section("SYNOPSIS", [bold("kmend"), italic("command"), "[options]"]),
    section("DESCRIPTION", [
      text(
        "Runs playbooks in Ansible's format on hosts that need no more than sshd and a POSIX sh. Each change is in a journal on disk, with the state before it, before its host is touched: every run can be read, gone on with and taken back. The playbooks that come with it find the kernel-memory leak of EL7 nodes, mend it, and prove it.",
      ),
    ]),
    section(
      "COMMANDS",
      commands.map((command) =>
        tagged(bold(command.name), text(`${command.summary}. See ${fileName(command)}(1).`)),
      ),
    ),
    section("ENVIRONMENT", [
      tagged(
        bold("KMEND_STATE"),
        text("The folder of the runs' journals; else $XDG_STATE_HOME/kmend, else ~/.local/state/kmend."),
      ),
      tagged(
        bold("KMEND_LOCK_WAIT"),
        text("How long to wait for hosts that another run has, as --lock-wait."),
      ),
      tagged(bold("KMEND_DEBUG"), text("Show what crosses the wire, with secrets masked.")),
      tagged(bold("NO_COLOR"), text("Use no colours.")),
      tagged(
        bold("ANSIBLE_*"),
        text(
          "Those that kmend has are read as ansible-playbook reads them; any other is a warning that names it.",
        ),
      ),
    ]),
    section("EXIT STATUS", [
      text(
        "0 well, 1 error, 2 some host failed, 4 some host unreachable or a playbook that does not load, 5 bad options, 99 interrupted, 250 unexpected. Some commands have more; their pages say which.",
      ),
    ]),
    section("SEE ALSO", [text(commands.map((command) => `${fileName(command)}(1)`).join(", "))]),
  ]);
}

function pageOf(command: CommandPage): string {
  return page(fileName(command), lowered(command.summary), [
    section("SYNOPSIS", [calledOf(command).map(synopsis).join("\n.br\n")]),
    section("DESCRIPTION", [text(`${command.summary}.`)]),
    ...calledOf(command).map((each) =>
      each === command
        ? section("OPTIONS", described(each))
        : section(each.name.toUpperCase(), [text(`${each.summary}.`), ...described(each)]),
    ),
    ...command.endings.map(({ title, lines }) =>
      section(titles[title] ?? title.toUpperCase(), [plain(lines)]),
    ),
    section("SEE ALSO", ["kmend(1)"]),
  ]);
}

const titles: Readonly<Record<string, string>> = { "Exit codes": "EXIT STATUS" };

/** Those that can be called: a command of commands is not, but they are. */
function calledOf(command: CommandPage): readonly CommandPage[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(calledOf);
}

function synopsis({ name, usage }: CommandPage): string {
  return `${bold(name)}\n${text(usage.slice(name.length + 1))}`;
}

function described(command: CommandPage): readonly string[] {
  const options = command.groups.flatMap(({ title, options }) => [
    ...(title === "Options" ? [] : [`.SS ${quoted(title)}`]),
    ...options.map((option) => tagged(bold(option.term), text(`${option.meaning}.`))),
  ]);
  return [
    ...command.arguments.map(({ term, meaning }) => tagged(italic(term), text(`${meaning}.`))),
    ...options,
  ];
}

function page(name: string, purpose: string, sections: readonly string[]): string {
  return `${['.\\" Made by node docs/generate.ts from the program', `.TH ${name.toUpperCase()} 1 "" kmend`, section("NAME", [`${escaped(name)} \\- ${escaped(purpose)}`]), ...sections].join("\n")}\n`;
}

function section(title: string, parts: readonly string[]): string {
  return [`.SH ${quoted(title)}`, ...parts].join("\n");
}

function tagged(tag: string, body: string): string {
  return `.TP\n${tag}\n${body}`;
}

/** Lines as they stand. */
function plain(lines: readonly string[]): string {
  return [".nf", ...lines.map((line) => text(line).replaceAll("\n", " ")), ".fi"].join("\n");
}

function bold(words: string): string {
  return `.B ${quoted(words)}`;
}

function italic(words: string): string {
  return `.I ${quoted(words)}`;
}

function quoted(words: string): string {
  return `"${escaped(words).replaceAll('"', "\\(dq")}"`;
}

/** In lines that fit, none of which begins like a macro: with a point or an apostrophe. */
function text(words: string): string {
  const lines = escaped(words).match(/\S(?:.{0,77}\S)?(?=\s|$)|\S+/g) ?? [];
  return lines.map((line) => line.replace(/^(?=[.'])/, "\\&")).join("\n");
}

function escaped(words: string): string {
  return words
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("~", "\\(ti")
    .replaceAll("^", "\\(ha");
}

function lowered(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}

function fileName({ name }: CommandPage): string {
  return name.replaceAll(" ", "-");
}
