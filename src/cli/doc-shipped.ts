/** What `kmend doc` tells of the playbooks and roles that the package ships: their own comments, and what they are made of. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { shippedNames } from "../package/package.ts";
import { readYaml, type YamlNode } from "../template/template.ts";
import type { DocEntry } from "./doc-entries.ts";

/** By name: the comment that each begins with, its plays, and where it lies. */
export function playbookEntries(): DocEntry[] {
  return [...shippedNames().playbooks].map(([name, path]) => {
    const source = readFileSync(path, "utf8");
    const { summary, rest } = headOf(source);
    const plays = playsOf(readYaml(source, path).root);
    return {
      type: "playbook",
      name,
      aliases: [],
      summary,
      isRefused: false,
      text: [
        ...(rest === "" ? [] : [rest]),
        titled("Plays:", columns(plays.map((play) => [play.name, play.on]))),
        `It lies in ${path}`,
      ],
      more: { path, about: rest, plays },
    };
  });
}

/** By name: what its meta says it is for, the files of tasks that `tasks_from` takes, its settings, and where it lies. */
export function roleEntries(): DocEntry[] {
  return [...shippedNames().roles].map(([name, path]) => {
    const tasks = readdirSync(join(path, "tasks"))
      .sort()
      .map((file) => ({
        name: basename(file, ".yml"),
        summary: headOf(readFileSync(join(path, "tasks", file), "utf8")).summary,
      }));
    const defaults = join(path, "defaults/main.yml");
    const settings = existsSync(defaults) ? readFileSync(defaults, "utf8").trimEnd() : "";
    return {
      type: "role",
      name,
      aliases: [],
      summary: descriptionOf(path),
      isRefused: false,
      text: [
        titled("Files of tasks (tasks_from):", columns(tasks.map((each) => [each.name, each.summary]))),
        ...(settings === ""
          ? []
          : [titled("Settings, as they are unless you say otherwise:", settings.split("\n"))]),
        `It lies in ${path}`,
      ],
      more: { path, tasks, settings },
    };
  });
}

/** The comment that a file begins with: its first sentence, and what comes after it. A comment on the first task is none. */
function headOf(source: string): { readonly summary: string; readonly rest: string } {
  const [head = ""] = /^(?:#.*\n)+(?=\n)/.exec(source) ?? [];
  const [begin = "", ...paragraphs] = head
    .replaceAll(/^# ?/gm, "")
    .trimEnd()
    .split(/\n{2,}/);
  const line = begin.replaceAll("\n", " ");
  const [summary = line] = /^.*?\.(?= |$)/.exec(line) ?? [];
  const rest = line.slice(summary.length).trim();
  return { summary, rest: [...(rest === "" ? [] : [rest]), ...paragraphs].join("\n\n") };
}

function playsOf(root: YamlNode | undefined): readonly { readonly name: string; readonly on: string }[] {
  const plays = root?.kind === "seq" ? root.items : [];
  return plays.map((play) => {
    const hosts = textAt(play, "hosts");
    const on = hosts === undefined ? `imports ${textAt(play, "import_playbook")}` : `on ${hosts}`;
    return { name: textAt(play, "name") ?? "", on };
  });
}

function descriptionOf(role: string): string {
  const path = join(role, "meta/main.yml");
  const { root } = readYaml(readFileSync(path, "utf8"), path);
  return textAt(at(root, "galaxy_info"), "description") ?? "";
}

function textAt(node: YamlNode | undefined, key: string): string | undefined {
  const found = at(node, key);
  return found?.kind === "scalar" ? found.text : undefined;
}

function at(node: YamlNode | undefined, key: string): YamlNode | undefined {
  return node?.kind === "map" ? node.entries.find((entry) => entry.key.text === key)?.value : undefined;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `${left.padEnd(width)}${right}`.trimEnd());
}

function titled(title: string, lines: readonly string[]): string {
  return [title, ...lines.map((line) => (line === "" ? "" : `  ${line}`))].join("\n");
}
