/** Help: a page that fits any terminal, for every command; all of it behind `--all`; examples that can be copied. */

import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import t from "tap";
import { commands } from "../../src/cli/commands.ts";
import { askedForAll, paged } from "../../src/cli/help.ts";
import { kmend, shellWithKmend } from "./kmend.ts";

const root = join(import.meta.dirname, "../..");

/** Every command and every command of a command, as the program has them. */
async function everyCommand(isAll: boolean): Promise<ReadonlyMap<string, Command>> {
  const program = new Command("kmend")
    .exitOverride()
    .configureOutput({ writeErr: () => {}, writeOut: () => {} });
  const found = new Map<string, Command>();
  const add = (command: Command, path: string): void => {
    command.copyInheritedSettings(program);
    found.set(path, command);
    for (const each of command.commands) add(each, `${path} ${each.name()}`);
  };
  for (const { name, load } of commands) {
    const command = await load();
    program.addCommand(command);
    add(command, name);
    paged(command, isAll);
  }
  return found;
}

function programOf(command: Command): Command {
  return command.parent ? programOf(command.parent) : command;
}

const first = await everyCommand(false);
const whole = await everyCommand(true);
const examplesOf = (text: string): string[] =>
  (/^Examples:\n((?: {2}.*\n)+)/m.exec(text)?.[1] ?? "").split("\n").flatMap((line) => line.trim() || []);

t.test("the first page of every command fits a small terminal", async (t) => {
  t.ok(first.size > 30);
  for (const [path, command] of first) {
    const lines = command.helpInformation().trimEnd().split("\n");
    t.ok(lines.length <= 24, `${path}: ${lines.length} lines`);
    for (const line of lines) t.ok(line.length <= 80, `${path}: ${line}`);
  }
});

t.test(
  "it says what the command is for, shows examples, tells the exit codes, and leads to what it leaves out",
  async (t) => {
    for (const [path, command] of first) {
      const text = command.helpInformation();
      const all = whole.get(path)?.helpInformation() ?? "";
      t.match(text, /^Usage: kmend .*\n(?: .*\n)*\n[A-Z].*\n/, path);
      t.ok(examplesOf(text).length >= 2, `${path}: two examples`);
      t.match(text, /^Exit codes: /m, path);
      if (text !== all && command.commands.length === 0) t.match(text, `kmend help ${path} --all`, path);
    }
  },
);

t.test("all of it has every option, in groups where they are many", async (t) => {
  for (const [path, command] of whole) {
    const text = command.helpInformation();
    for (const line of text.split("\n")) t.ok(line.length <= 80, `${path}: ${line}`);
    const shown = command.options.filter(({ hidden }) => !hidden);
    for (const { flags } of shown) t.ok(text.includes(`  ${flags}`), `${path}: ${flags}`);
    if (shown.length > 12)
      t.ok(new Set(shown.map((each) => each.helpGroupHeading)).size > 3, `${path}: groups`);
  }
});

t.test(
  "every example is taken by the command that it shows, and what it names of this repository is there",
  async (t) => {
    for (const command of whole.values()) command.action(() => {});
    for (const [path, command] of whole)
      for (const example of examplesOf(command.helpInformation())) {
        const [, line = ""] = /kmend (.*?)(?: *[|>)].*)?$/.exec(example) ?? [];
        const argv = line.match(/"[^"]*"|\S+/g) ?? [];
        await t.resolves(programOf(command).parseAsync(argv, { from: "user" }), `${path}: ${example}`);
        for (const word of argv.filter((each) => /^(?:playbooks|inventory)\/[\w./-]+$/.test(each)))
          t.ok(existsSync(join(root, word)), `${path}: ${word}`);
      }
  },
);

t.test("examples that need no host do what they say", async (t) => {
  const cwd = t.testdir({});
  for (const folder of ["playbooks", "inventory"]) symlinkSync(join(root, folder), join(cwd, folder));
  const lines = ["inventory", "validate", "doc", "schema", "runs"].flatMap((path) =>
    examplesOf(whole.get(path)?.helpInformation() ?? ""),
  );
  t.ok(lines.length >= 10);
  const script = lines
    .map((line) => `${line.replace(/^kmend/, "$KMEND")} > out || echo "failed: ${line}"`)
    .join("\n");
  t.match(await shellWithKmend(script, { cwd }), { code: 0, stdout: "", stderr: "" });
});

t.test("`kmend help run --all` and `kmend run --help --all` are one", async (t) => {
  const [helped, asked] = await Promise.all([
    kmend(["help", "run", "--all"], { cwd: "/" }),
    kmend(["run", "--help", "--all"], { cwd: "/" }),
  ]);
  t.match(helped, { code: 0, stdout: /--connection-password-file/ });
  t.equal(asked.stdout, helped.stdout);
  t.strictSame(askedForAll(["lab", "cluster", "kubectl", "delete", "pods", "--all"]).isAll, false);
});
