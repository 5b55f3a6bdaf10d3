/** What people see first. */

import t from "tap";
import { commands } from "../../src/cli/commands.ts";
import { kmend } from "./kmend.ts";

const here = { cwd: "/" };

for (const argv of [[], ["--help"], ["-h"], ["help"]])
  t.test(`kmend ${argv.join(" ")} shows every command, and fits a terminal`, async (t) => {
    const { code, stdout, stderr } = await kmend(argv, here);
    t.match({ code, stderr }, { code: 0, stderr: "" });
    for (const { name, summary } of commands) t.match(stdout, ` ${name}`, summary);
    const lines = stdout.trimEnd().split("\n");
    t.ok(lines.length <= 24 && lines.every((line) => line.length <= 80));
  });

t.test("its second example reads the inventory that its first one writes", async (t) =>
  t.match(await kmend([], here), {
    stdout: /^ {2}kmend lab up .*--inventory (\S+) .*\n {2}kmend scan -i \1 /m,
  }),
);

t.test("`kmend help run` is `kmend run --help`", async (t) => {
  const [helped, asked] = [await kmend(["help", "run"], here), await kmend(["run", "--help"], here)];
  t.match(asked, { code: 0, stdout: /--limit/ });
  t.equal(helped.stdout, asked.stdout);
});

t.test("a command that is not there is bad usage", async (t) =>
  t.match(await kmend(["rnu", "x.yml"], here), { code: 5, stderr: /unknown command 'rnu'/ }),
);

t.test("help for a command that is not there is bad usage, too", async (t) => {
  t.match(await kmend(["help", "rnu"], here), {
    code: 5,
    stdout: "",
    stderr: /unknown command 'rnu'\n\(Did you mean run\?\)/,
  });
  t.match(await kmend(["help", "lab", "upp"], here), {
    code: 5,
    stdout: "",
    stderr: /unknown command 'upp'/,
  });
  t.match(await kmend(["help", "run", "site.yml"], here), {
    code: 0,
    stdout: /^Usage: kmend run/,
    stderr: "",
  });
  t.match(await kmend(["help", "help"], here), { code: 0, stdout: /^Usage: kmend/ });
});

t.test("`kmend help --all` says what each command is for", async (t) => {
  const { stdout } = await kmend(["help", "--all"], here);
  for (const { name, summary } of commands) t.ok(stdout.includes(summary), name);
  t.ok(stdout.split("\n").every((line) => line.length <= 80));
});
