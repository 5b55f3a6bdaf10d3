/** The manual pages and docs/cli.md: well-formed, and with every command and option that the program has. */

import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { type CommandPage, readCommands } from "../../docs/commands/read.ts";

const root = join(import.meta.dirname, "../..");
const pages = globSync("docs/man/*.1", { cwd: root }).map((path) => join(root, path));
const commands = await readCommands();
const hasMandoc = spawnSync("mandoc", ["-Tlint"], { input: "" }).error === undefined;

t.test("mandoc finds nothing wrong", { skip: hasMandoc ? false : "there is no mandoc" }, async (t) => {
  const { stdout } = spawnSync("mandoc", ["-Tlint", "-W", "warning", ...pages], { encoding: "utf8" });
  // A date would be another one, though nothing changed.
  t.strictSame(
    stdout.split("\n").filter((line) => line !== "" && !line.includes("missing date")),
    [],
  );
  t.equal(pages.length, commands.length + 1);
});

t.test("package.json names every page: npm installs those, and no folder of them", async (t) => {
  const { man } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly man: readonly string[];
  };
  t.strictSame(man.map((path) => join(root, path)).sort(), [...pages].sort());
});

t.test("a page reads as the help does", { skip: hasMandoc ? false : "there is no mandoc" }, async (t) => {
  const shown = spawnSync("mandoc", ["-Tutf8", "-O", "width=200", join(root, "docs/man/kmend-rollback.1")], {
    encoding: "utf8",
  });
  const text = shown.stdout.replaceAll(/.\x08/g, "");
  t.match(text, /^ +kmend rollback \[options\] <run>$/m);
  t.match(text, /^ +-l, --limit <pattern>\n +narrow the hosts to a pattern, or to a list in @FILE\.$/m);
  t.match(text, /EXAMPLES\n +kmend rollback last --check\n/);
});

const called = (command: CommandPage): readonly CommandPage[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(called);

t.test("docs/cli.md has every command, option and argument", async (t) => {
  const page = readFileSync(join(root, "docs/cli.md"), "utf8");
  for (const command of commands.flatMap(called)) {
    t.match(page, new RegExp(`^#+ ${command.name}$`, "m"));
    for (const { term } of [...command.arguments, ...command.groups.flatMap(({ options }) => options)])
      t.ok(page.includes(`| \`${term.replaceAll("|", "\\|")}\` |`), `${command.name} ${term}`);
  }
  t.ok(commands.flatMap(called).length > 30);
});

t.test("each link within docs/cli.md has its heading", async (t) => {
  const page = readFileSync(join(root, "docs/cli.md"), "utf8");
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title.toLowerCase().replaceAll(" ", "-"),
  );
  t.strictSame(
    headings.filter((heading, i) => headings.indexOf(heading) !== i),
    [],
  );
  for (const [, target = ""] of page.matchAll(/\]\(#([^)]+)\)/g)) t.ok(headings.includes(target), target);
});
