/** Completion: what may stand where the cursor is; and the real shells, a real terminal and the Tab key, with names that are hard to write. */

import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { commands } from "../../src/cli/commands.ts";
import { complete } from "../../src/cli/complete.ts";
import { readShellLine, writtenBack } from "../../src/cli/shell-line.ts";
import { hasTmux, Terminal } from "../wizard/terminal.ts";
import { kmend } from "./kmend.ts";

t.setTimeout(300_000);

const root = join(import.meta.dirname, "../..");
const main = join(root, "src/cli/main.ts");

/** A folder with playbooks, an inventory, a run, and a `kmend` to be found by shells. */
async function place(t: Test): Promise<string> {
  const cwd = t.testdir({});
  symlinkSync(join(root, "inventory"), join(cwd, "inventory"));
  writeFileSync(
    join(cwd, "odd.yml"),
    `- hosts: all
  gather_facts: false
  tasks:
    - {name: "Say: \\"hello\\" $(touch pwned) it's", ping: , tags: ["blue sky", "c:d", never]}
    - {name: Wait, ping: }
`,
  );
  for (const name of ["kmend.own.yml", "kmend.playbooks.reads.yml"]) writeFileSync(join(cwd, name), "[]");
  mkdirSync(join(cwd, "bin"));
  writeFileSync(join(cwd, "bin/kmend"), `#!/bin/sh\nexec ${process.execPath} ${main} "$@"\n`);
  chmodSync(join(cwd, "bin/kmend"), 0o755);
  t.match(await kmend(["run", "-i", "one,", "-c", "local", "odd.yml"], { cwd }), { code: 0 });
  return cwd;
}

const cwd = await place(t);

t.test("what may stand somewhere follows from what stands before", async (t) => {
  process.chdir(cwd);
  t.teardown(() => process.chdir(root));
  const inventory = ["-i", "inventory/example.yml"];
  const offered = async (...words: readonly string[]): Promise<readonly string[] | "files"> => {
    const found = await complete(commands, words);
    return found.kind === "files" ? "files" : found.words;
  };
  for (const [words, wanted] of [
    [["rol"], ["rollback"]],
    [
      ["lab", "cluster", ""],
      ["up", "down", "status", "kubectl", "away"],
    ],
    [
      ["lab", "pods", "create", "5", "--n"],
      ["--name", "--node"],
    ],
    [
      ["run", ...inventory, "-l", "app"],
      ["app_nodes", "app-1", "app-2"],
    ],
    [
      ["run", "--inventory=inventory/example.yml", "--limit=all:!app-"],
      ["--limit=all:!app-1", "--limit=all:!app-2"],
    ],
    [
      ["scan", ...inventory, "--explain", "compute"],
      ["compute-1", "compute-2"],
    ],
    [["inventory", ...inventory, "--graph", "comp"], ["compute_nodes"]],
    [["run", "odd.yml", "-t", "blue sky,c"], ["blue sky,c:d"]],
    [["run", "odd.yml", "--start-at-task", "W"], ["Wait"]],
    [
      ["run", "--on-failure", "rollback_"],
      ["rollback_host", "rollback_batch", "rollback_run"],
    ],
    [
      ["run", "--output", "p"],
      ["pretty", "plain"],
    ],
    [
      ["run", "-c", ""],
      ["ssh", "openssh", "local"],
    ],
    [["run", "--report", "h"], ["html="]],
    [["run", "--report", "html=o"], "files"],
    [
      ["report", "last", "--format", "j"],
      ["json", "junit"],
    ],
    [
      ["doc", "kmend.node"],
      ["kmend.node.ready", "kmend.nodes.spare"],
    ],
    [
      ["completion", ""],
      ["bash", "zsh", "fish"],
    ],
    [["help", "rep"], ["report"]],
    [["lab", "plant", "app-1", "full"], ["full-disk"]],
    [
      ["run", "kmend.playbooks.cgroup-v2", "--start-at-task", "Read what cg"],
      ["Read what cgroup v2 asks of the node"],
    ],
    [["run", "od"], "files"],
    [["run", "odd.yml", ""], "files"],
    [["run", "-i", ""], "files"],
    [["vault", "encrypt", ""], "files"],
    [["run", "--forks", ""], []],
    [["nosuch", ""], []],
  ] as const)
    t.strictSame(await offered(...words), wanted, words.join(" "));
  for (const words of [
    ["run", "kmend.playbooks.rollo"],
    ["validate", "odd.yml", "kmend.playbooks.rollo"],
  ])
    t.strictSame(
      await complete(commands, words),
      { kind: "files", words: ["kmend.playbooks.rollout", "kmend.playbooks.rollout-pool"] },
      "shipped playbooks stand beside files",
    );
  t.ok((await offered("run", "--")).includes("--start-at-task"));
  t.notOk((await offered("run", "--")).includes("--module-path"), "what is refused is not offered");
});

t.test("a run completes by its id", async (t) => {
  const { stdout } = await kmend(["completion", "words", "--", "show", ""], { cwd });
  t.match(stdout, /^words\nlast\n[0-9a-z-]+\n$/);
});

t.test("bash: a line is taken apart and written back as bash does it", async (t) => {
  const breaks = " \t\n\"'@><=;|&(:";
  for (const [line, word, wanted] of [
    ["kmend run -l a", "a b", "a\\ b"],
    ["kmend run -l a:b", "a:bc", "bc"],
    ["kmend run -l a\\ b:c", "a b:cd", "cd"],
    ['kmend run -l "a ', "a b$", "a b\\$"],
    ["kmend run -l 'a ", "a it's", "a it'\\''s"],
    ["kmend run --report html", "html=", "html="],
    ["kmend run -t $(x", "$(xy)", "xy\\)"],
  ] as const)
    t.equal(writtenBack(word, readShellLine(line, breaks)), wanted, line);
  t.strictSame(readShellLine(`kmend  run 'a b'c "d\\"e" f\\ g `, breaks).words, [
    "kmend",
    "run",
    "a bc",
    'd"e',
    "f g",
    "",
  ]);
});

/** How each shell is started without anybody's settings, and told of the completion. */
const shells = {
  bash: { argv: ["bash", "--norc", "--noprofile"], begin: "PS1='ready> '; source <(kmend completion bash)" },
  // From a file in its fpath, whose first call is the first Tab.
  zsh: {
    argv: ["zsh", "-f"],
    begin:
      "PS1='ready> '; kmend completion zsh > _kmend; fpath=($PWD $fpath); autoload -U compinit; compinit -u -D",
  },
  fish: {
    argv: ["fish", "--no-config"],
    begin: "function fish_prompt; echo 'ready> '; end; kmend completion fish | source",
  },
} as const;

/** A line begun, and the words that it is once Tab was pressed. */
const tabs: readonly (readonly [begun: string, words: readonly string[]])[] = [
  ["kmend rol", ["kmend", "rollback"]],
  [
    "kmend run -i inventory/example.yml -l app-1:compute_",
    ["kmend", "run", "-i", "inventory/example.yml", "-l", "app-1:compute_nodes"],
  ],
  [
    "kmend run odd.yml --start-at-task Say",
    ["kmend", "run", "odd.yml", "--start-at-task", `Say: "hello" $(touch pwned) it's`],
  ],
  ["kmend run odd.yml -t c:", ["kmend", "run", "odd.yml", "-t", "c:d"]],
  ["kmend run odd.yml -t 'blue", ["kmend", "run", "odd.yml", "-t", "blue sky"]],
  ["kmend run --report html=od", ["kmend", "run", "--report", "html=odd.yml"]],
  ["kmend doc kmend.node.", ["kmend", "doc", "kmend.node.ready"]],
  ["kmend run kmend.playbooks.ver", ["kmend", "run", "kmend.playbooks.verify"]],
  ["kmend validate kmend.o", ["kmend", "validate", "kmend.own.yml"]],
];

const hasZsh = spawnSync("zsh", ["--version"]).status === 0;

t.test("zsh may source it, too", { skip: hasZsh ? false : "no zsh" }, async (t) => {
  const begin =
    "autoload -U compinit; compinit -u -D; source <(bin/kmend completion zsh); print $_comps[kmend]";
  const { stdout, stderr } = spawnSync("zsh", ["-fc", begin], { cwd, encoding: "utf8" });
  t.match({ stdout, stderr }, { stdout: "_kmend\n", stderr: "" });
});

t.jobs = 3;
for (const [name, { argv, begin }] of Object.entries(shells)) {
  const isHere = hasTmux && spawnSync(name, ["--version"]).status === 0;
  t.test(
    `${name} completes at the Tab key`,
    { skip: isHere ? false : `no ${name}, or no tmux` },
    async (t) => {
      const env = { KMEND_STATE: join(cwd, "state"), HOME: cwd };
      // tmux has a PATH of its own for what it starts.
      const path = `PATH=${join(cwd, "bin")}:${process.env["PATH"]}`;
      const terminal = new Terminal(["env", path, ...argv], { cwd, env });
      t.teardown(() => terminal.close());
      terminal.keys(begin, "Enter");
      await terminal.shows(/^ready>/m);
      for (const [at, [begun, words]] of tabs.entries()) {
        // Shown word by word by the shell itself, so that what was completed is read as it would be run.
        terminal.keys(begun, "Tab", "C-a", `printf '<%s>' ${at} `, "Enter");
        const screen = await terminal.shows(new RegExp(`^<${at}>.*`, "m"));
        t.match(screen.replaceAll("\n", ""), `<${at}>${words.map((word) => `<${word}>`).join("")}`, begun);
        terminal.keys("C-l");
      }
      t.notOk(existsSync(join(cwd, "pwned")), "what stands in a name is never run");
      // fish shows the ends of names that begin alike.
      terminal.keys("kmend run kmend.playbooks.re", "Tab", "Tab");
      const both = await terminal.shows(/ybooks\.reads\.yml/);
      t.match(both, /ybooks\.reclaim/, "files and names stand side by side");
    },
  );
}
