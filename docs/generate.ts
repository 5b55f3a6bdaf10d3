/** Makes docs/compatibility.md from kmend's registries and the names that ansible-core has, docs/cli.md and docs/man from its
 *  commands, and the JSON Schemas that editors read: `node docs/generate.ts`. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { planCommand } from "../src/cli/plan.ts";
import { runCommand } from "../src/cli/run.ts";
import { refusedOptions } from "../src/cli/run-options.ts";
import { schemaText } from "../src/cli/schema.ts";
import { settingsTable } from "../src/cli/settings.ts";
import { findModule, type Module, moduleNames, type Option } from "../src/modules/modules.ts";
import { formerKeywords, keywords, loopControls } from "../src/playbook/keywords.ts";
import { filters, lookups, tests } from "../src/template/template.ts";
import { manPages } from "./commands/man.ts";
import { commandsPage } from "./commands/markdown.ts";
import { readCommands } from "./commands/read.ts";
import type { AnsibleNames } from "./record-ansible.ts";

const ansible = JSON.parse(
  readFileSync(join(import.meta.dirname, "ansible-names.json"), "utf8"),
) as AnsibleNames;

/** What is otherwise than under Ansible where both have it, and why. */
const onPurpose = [
  ["`--forks`", "50 unless told otherwise, not 5: a host costs a connection here, not a process"],
  ["Unknown host keys", "fail the host, as ssh in batch mode does; Ansible asks, and holds up the batch"],
  [
    "Modules of others",
    "a task whose module kmend lacks loads with a warning, and fails where it is reached",
  ],
  [
    "What is not supported",
    "is refused when the playbook is loaded, at its line; nothing is passed over in silence",
  ],
  [
    "`kmend vault`",
    "is `ansible-vault`, but: of several files all or none are written; a file keeps its owner; an editor that fails changes nothing (Ansible: it counts as done)",
  ],
  ["Python on hosts", "is never used; `ansible_python_interpreter` means nothing"],
  ["Messages of failed tasks", "are kmend's own sentences; outcome and keys of the result are Ansible's"],
  [
    "`fetch`",
    "no `..` leads out of `dest/HOST`; devices and pipes are refused; a new file has the rights that it has on the host, under the umask",
  ],
  ["The live view", "is kmend's own on a terminal; `--output plain` has Ansible's lines and recap"],
  [
    "`--step`",
    "names hosts and place with each question; a `gate:` is not asked about; without a terminal it is refused; what was declined a resume leaves out",
  ],
  [
    "`async`",
    "is how long the task may take: its connection stays open, nothing is asked every `poll` seconds, and `results_file` is empty; `poll: 0` is refused",
  ],
  [
    "`module_defaults`",
    "only those for the task's own module are rendered (Ansible: one with an undefined variable fails every task); what the task gives wins also where a default goes by another name of the same option",
  ],
  ["`--start-at-task` that matches nothing", "ends with 0 as under Ansible, and says so"],
] as const;

/** Options of a module that Ansible describes as such, but which only stand for its free form. */
const freeForms = new Set(["free_form", "free-form", "key_value"]);

function compatibilityPage(): string {
  return [
    `# What of Ansible is here

Made by \`node docs/generate.ts\` from the tables that the program itself reads, and from the names that ansible-core
${ansible.version} lists. \`yes\`: as Ansible documents it. \`no\`: refused by name, with what to use instead. \`kmend\`: not
Ansible's. Any other keyword, module or option is an error when the playbook is loaded, any other filter, test or lookup one
where it is used; both name the nearest one there is.`,
    `## Different on purpose\n\n${table(["what", "how and why"], onPurpose)}`,
    keywordSection(),
    moduleSection(),
    templateSection("Filters", filters, ansible.filters),
    templateSection("Tests", tests, ansible.tests),
    templateSection("Lookups", lookups, ansible.lookups),
    flagSection(),
    settingSection(),
  ]
    .join("\n\n")
    .concat("\n");
}

function keywordSection(): string {
  const rows = Object.entries(keywords).map(([name, keyword]) => [
    code(name),
    keyword.refused ? "no" : keyword.isOurs ? "kmend" : "yes",
    keyword.on.join(", "),
    [keyword.help, keyword.refused && `instead: ${keyword.refused}`, choicesOf(keyword)]
      .filter(Boolean)
      .join("; "),
  ]);
  const missing = ansible.keywords.filter(
    (name) => !Object.hasOwn(keywords, name) && !Object.hasOwn(formerKeywords, name),
  );
  const former = Object.entries(formerKeywords).map(([name, instead]) => [code(name), instead]);
  return `## Keywords

${table(["keyword", "here", "on", "what it is for"], rows)}

\`with_X\` is here for every lookup X below. Gone from Ansible, and refused with what to write today:

${table(["keyword", "instead"], former)}

Keys of \`loop_control\`: ${Object.keys(loopControls).map(code).join(", ")}.${missing.length > 0 ? `\n\nNot here, an error when loaded: ${missing.map(code).join(", ")}.` : ""}`;
}

function choicesOf({ choices, refusedChoices = {} }: (typeof keywords)[string]): string {
  const refused = Object.entries(refusedChoices).map(([value, instead]) => `not \`${value}\`: ${instead}`);
  return [...(choices ? [`one of ${choices.map(code).join(", ")}`] : []), ...refused].join("; ");
}

function moduleSection(): string {
  const modules = moduleNames().flatMap((name) => findModule(name) ?? []);
  const known = new Set(modules.flatMap((module) => [module.name, ...(module.aliases ?? [])]));
  const missing = Object.keys(ansible.modules).filter((name) => !known.has(name) && !isAction(name));
  return `## Modules

Each is also known as \`ansible.builtin.NAME\`. What an option means: \`kmend doc NAME\`.

${modules.map((module) => moduleText(module)).join("\n\n")}

### Modules of ansible-core that are not here

A task with one of these, or with a module of a well-known collection, loads with a warning and fails the host where it is
reached: ${missing.map(code).join(", ")}.

Read by the loader rather than run: ${Object.keys(ansible.modules).filter(isAction).map(code).join(", ")}.`;
}

/** Includes and imports are nodes of a playbook here, no modules. */
function isAction(name: string): boolean {
  return /^(include|import)_(tasks|role|playbook)$/.test(name);
}

function moduleText(module: Module): string {
  const options = Object.entries(module.options);
  const theirs = ansible.modules[module.name];
  const own = new Set(options.flatMap(([name, { aliases = [] }]) => [name, ...aliases]));
  const isTheirs = (name: string, { aliases = [] }: Option): boolean =>
    theirs === undefined || [name, ...aliases].some((each) => theirs.includes(each));
  const held = options.filter(([, option]) => option.refused === undefined);
  const unknown = (theirs ?? []).filter((name) => !own.has(name) && !freeForms.has(name));
  const lines = [
    `${module.summary}.`,
    listed(
      "Options",
      held.filter(([name, option]) => isTheirs(name, option)).map(([name]) => code(name)),
    ),
    listed(
      "Beyond what Ansible lists",
      held.filter(([name, option]) => !isTheirs(name, option)).map(([name]) => code(name)),
    ),
    ...refusals(options),
    listed("Not here, an error when loaded", unknown.map(code)),
    listed("Also called", (module.aliases ?? []).map(code)),
    `Way back: ${module.wayBack}`,
  ];
  return `### ${module.name}${theirs || module.aliases ? "" : " (kmend)"}\n\n${lines
    .filter(Boolean)
    .map((line) => `- ${line}`)
    .join("\n")}`;
}

/** Options that are refused with the same words stand in one line. */
function refusals(options: readonly (readonly [string, Option])[]): string[] {
  const byReason = Map.groupBy(
    options.filter(([, { refused }]) => refused !== undefined),
    ([, { refused }]) => refused,
  );
  return [...byReason].map(
    ([reason, those]) => `Refused: ${those.map(([name]) => code(name)).join(", ")} (${reason})`,
  );
}

interface Described {
  readonly summary: string;
  readonly parameters?: readonly string[];
  readonly refused?: string;
}

function templateSection(
  title: string,
  registry: Readonly<Record<string, Described>>,
  theirs: readonly string[],
): string {
  const rows = Object.entries(registry)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { summary, parameters = [], refused }]) => [
      code(name),
      refused ? "no" : "yes",
      parameters.map(code).join(", "),
      summary,
    ]);
  const missing = theirs.filter((name) => !Object.hasOwn(registry, name));
  return `## ${title}

${table(["name", "here", "takes", "what it does, or why not"], rows)}${missing.length > 0 ? `\n\nNot here, an error where it is used: ${missing.map(code).join(", ")}.` : ""}`;
}

function flagSection(): string {
  const options = [
    ...new Map(
      [runCommand(), planCommand()].flatMap(({ options }) => options).map((each) => [each.long, each]),
    ),
  ];
  const isTheirs = (long: string): boolean => ansible.flags.includes(long);
  const visible = options.filter(([, option]) => !option.hidden);
  const known = new Set(options.map(([long]) => long));
  const unknown = ansible.flags.filter(
    (flag) => !known.has(flag) && flag !== "--help" && flag !== "--version",
  );
  const rows = [
    ...visible.map(([long, { flags, description }]) => [
      code(flags),
      isTheirs(long ?? "") ? "yes" : "kmend",
      description,
    ]),
    ...Object.entries(refusedOptions).map(([flags, instead]) => [code(flags), "no", instead]),
  ];
  return `## Flags of ansible-playbook

Of \`kmend run\` and \`kmend plan\` (which has no \`--check\`: it always is one).

${table(["flag", "here", "what it does, or what to do instead"], rows)}

Not known, an error with exit code 5: ${unknown.map(code).join(", ")}.`;
}

function settingSection(): string {
  const rows = Object.values(settingsTable).map(({ env, section, key }) => [
    code(env),
    code(`[${section}] ${key}`),
  ]);
  return `## Settings of ansible.cfg and the environment

Read from \`$ANSIBLE_CONFIG\`, else \`ansible.cfg\` in the current folder, else \`~/.ansible.cfg\`, else
\`/etc/ansible/ansible.cfg\`; the environment wins over the file, a flag over both. Any other setting and any other variable
that begins with \`ANSIBLE_\` is a warning that names it.

${table(["variable", "in ansible.cfg"], rows)}`;
}

function listed(title: string, items: readonly string[]): string {
  return items.length > 0 ? `${title}: ${items.join(", ")}` : "";
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [
    header,
    header.map(() => "---"),
    ...rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " "))),
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** The published schemas by their files' names. Those of roles' files lead into the playbook's. */
function schemaFiles(): Readonly<Record<string, string>> {
  const leading = (definition: string): string =>
    `${JSON.stringify({ $schema: "http://json-schema.org/draft-07/schema#", $ref: `playbook.schema.json#/definitions/${definition}` })}\n`;
  return {
    "playbook.schema.json": schemaText("playbook"),
    "tasks.schema.json": leading("tasks"),
    "handlers.schema.json": leading("handlers"),
    "inventory.schema.json": schemaText("inventory"),
  };
}

/** Every page that is made, by its path below docs/. */
export async function generatedPages(): Promise<ReadonlyMap<string, string>> {
  const commands = await readCommands();
  const manual = [...manPages(commands)].map(([name, text]): [string, string] => [`man/${name}`, text]);
  return new Map([
    ["compatibility.md", compatibilityPage()],
    ["cli.md", commandsPage(commands)],
    ...manual,
    ...Object.entries(schemaFiles()),
  ]);
}

if (import.meta.main) {
  mkdirSync(join(import.meta.dirname, "man"), { recursive: true });
  for (const [path, text] of await generatedPages()) writeFileSync(join(import.meta.dirname, path), text);
}
