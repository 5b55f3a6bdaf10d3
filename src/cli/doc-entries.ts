/** All that `kmend doc` can explain, from the tables that the program goes by: one shape for modules, keywords, filters, tests, lookups, and the
 *  playbooks and roles that the package ships. */

import { findModule, type Module, moduleNames } from "../modules/modules.ts";
import { type Keyword, keywords } from "../playbook/playbook.ts";
import { filters, lookups, tests } from "../template/template.ts";
import { playbookEntries, roleEntries } from "./doc-shipped.ts";

/** As `ansible-doc --type` calls them, but for the plural. */
export const docTypes = ["module", "keyword", "filter", "test", "lookup", "playbook", "role"] as const;

export type DocType = (typeof docTypes)[number];

export interface DocEntry {
  readonly type: DocType;
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly isRefused: boolean;
  /** Paragraphs below the summary. */
  readonly text: readonly string[];
  /** What `--json` has beside type, name and summary. */
  readonly more: object;
}

/** Every entry, modules first. */
export function docEntries(): DocEntry[] {
  return [
    ...moduleNames().flatMap((name) => moduleEntry(findModule(name))),
    ...Object.entries(keywords).map(([name, keyword]) => keywordEntry(name, keyword)),
    ...templateEntries("filter", filters),
    ...templateEntries("test", tests),
    ...templateEntries("lookup", lookups),
    ...playbookEntries(),
    ...roleEntries(),
  ];
}

function moduleEntry(module: Module | undefined): DocEntry[] {
  if (!module) return [];
  const { name, kind, summary, options, wayBack, aliases = [], examples } = module;
  return [
    {
      type: "module",
      name,
      aliases: [...aliases, ...[name, ...aliases].flatMap(longNames)],
      summary,
      isRefused: false,
      text: [
        optionLines(module),
        `Way back: ${wayBack}`,
        ...(examples ? [`Example:\n${examples.trimEnd().replace(/^/gm, "  ")}`] : []),
      ],
      more: { kind, aliases, options, wayBack, examples },
    },
  ];
}

function longNames(name: string): string[] {
  return name.includes(".") ? [] : [`ansible.builtin.${name}`, `ansible.legacy.${name}`];
}

function optionLines({ options }: Module): string {
  const held = Object.entries(options).filter(([, option]) => option.refused === undefined);
  const width = Math.max(0, ...held.map(([name]) => name.length));
  const lines = held.map(
    ([name, option]) =>
      `  ${name.padEnd(width)}  ${option.help} (${option.type}${option.required ? ", required" : ""})`,
  );
  return lines.length > 0 ? `Options:\n${lines.join("\n")}` : "It has no options.";
}

function keywordEntry(name: string, { on, form, help, choices, refused, isOurs }: Keyword): DocEntry {
  return {
    type: "keyword",
    name,
    aliases: [],
    summary: help,
    isRefused: refused !== undefined,
    text: [
      ...(refused ? [`kmend does not have it: ${refused}`] : []),
      [`Stands on: ${on.join(", ")}`, ...(choices ? [`One of: ${choices.join(", ")}`] : [])].join("\n"),
      ...(isOurs ? ["It is kmend's own: Ansible does not have it."] : []),
    ],
    more: { on, form, choices, refused, isOurs: isOurs ?? false },
  };
}

interface Described {
  readonly summary: string;
  readonly parameters?: readonly string[];
  readonly refused?: string;
}

function templateEntries(type: DocType, table: Readonly<Record<string, Described>>): DocEntry[] {
  return Object.entries(table).map(([name, { summary, parameters, refused }]) => ({
    type,
    name,
    aliases: [],
    summary: refused ?? summary,
    isRefused: refused !== undefined,
    text: parameters && parameters.length > 0 ? [`Takes: ${parameters.join(", ")}`] : [],
    more: { parameters, refused },
  }));
}
