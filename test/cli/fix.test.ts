/** The wizard on real hosts, in a real terminal: left between two batches, come back to, taken back, verified; its command,
 *  unasked; and where it finds hosts by itself. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import t from "tap";
import { sameCommand } from "../../src/cli/fix-command.ts";
import { hostsOfSsh } from "../../src/cli/fix-sources.ts";
import { loadInventory } from "../../src/inventory/inventory.ts";
import { execOnNode, whatIsMissing } from "../../src/lab/lab.ts";
import { recommended } from "../../src/wizard/policy.ts";
import { raiseLab, type TestLab } from "../lab/with-lab.ts";
import { hasTmux, Terminal } from "../wizard/terminal.ts";
import { forgetSaved, kmend, shellWithKmend } from "./kmend.ts";

const main = join(import.meta.dirname, "../../src/cli/main.ts");
const missing = whatIsMissing() ?? (hasTmux ? null : "tmux is not here");

t.test(
  "kmend fix on a fleet",
  { skip: missing ?? false, timeout: process.env["KMEND_TORTURE"] ? 900_000 : 290_000 },
  async (t) => {
    const lab = await raiseLab(t, {
      name: "fix",
      nodes: { app_nodes: 1, compute_nodes: 3, clean_nodes: 0, both_nodes: 0 },
    });
    const { inventory } = lab;
    const folder = mkdtempSync(join(tmpdir(), "kmend-fix-"));
    const state = join(folder, "state");
    t.teardown(() => {
      forgetSaved(state);
      rmSync(folder, { recursive: true });
    });
    const begin = (words: readonly string[], env: Readonly<Record<string, string>> = {}): Terminal => {
      // tmux gives its own PATH to what it starts, whatever is said.
      const path = `PATH=${join(folder, "bin")}:${process.env["PATH"]}`;
      const terminal = new Terminal(["env", path, process.execPath, main, "fix", ...words], {
        cwd: folder,
        env: { NO_COLOR: "1", KMEND_STATE: state, ...env },
      });
      t.teardown(() => terminal.close());
      return terminal;
    };
    const fix = (...words: readonly string[]): Terminal => begin(words);
    /** Which runtime each compute node has now, by the node itself. */
    const runtimes = async (): Promise<readonly string[]> =>
      Promise.all(
        [1, 2, 3].map(async (number) => {
          const look = "rpm -q --queryformat '%{version}' nvidia-container-runtime";
          return (await execOnNode(lab, `compute-${number}`, look)).stdout;
        }),
      );
    const [leaky, mended] = ["2.0.0", "3.4.0"];
    const watched = ["--metrics-file", "fix.prom"];
    const metrics = (): string => readFileSync(join(folder, "fix.prom"), "utf8");

    await t.test(
      "groups are mended or left alone; left by Ctrl-C between batches, it says what stands",
      async (t) => {
        const terminal = fix("-i", inventory, ...watched);
        for (let group = 0; group < 2; group += 1) {
          const screen = await terminal.shows(/How are they mended\? \(leaking, by \w+: \d host\w?\)\n❯/);
          if (screen.includes("(leaking, by kubelet: 1 host)\n❯"))
            terminal.keys(...Array(8).fill("Down"), "Enter");
          else {
            terminal.keys("Enter");
            await terminal.shows("all 3 hosts");
            terminal.keys("Enter");
          }
        }
        await terminal.shows("❯ yes");
        terminal.keys("Enter");
        t.match(await terminal.shows("Change 3 hosts now?"), "yes: mend compute-1, compute-2, compute-3");
        t.match(
          terminal.everything(),
          /Install the runtime without kmem\n +on: compute-1, compute-2, compute-3\n +way back:/,
        );
        terminal.keys("Down", "Down", "Enter");
        t.match(await terminal.shows("Batch 2 of 3 is next."), "Batch 1 of 3 ended: 1 of 1 host well.");
        terminal.keys("C-c");
        t.match(
          await terminal.shows("It ended with 99."),
          /What stands:\n- run \S+: changes on .*\bcompute-1\b/,
        );
        t.match(terminal.everything(), "stopped between batches, as chosen: no other batch begins");
        t.strictSame(await runtimes(), [mended, leaky, leaky]);
        t.match(metrics(), /^kmend_run_exit_code\S* 99$/m);
        t.match(terminal.everything().replaceAll("\n", ""), /kmend fix --resume +--metrics-file fix\.prom/);
      },
    );

    let unasked = "";
    await t.test(
      "come back to, it goes on with the same run; its last batch is taken back alone",
      async (t) => {
        const terminal = fix("--resume", "--plain", ...watched);
        await terminal.shows("What is to become of it?");
        terminal.keys("1", "Enter");
        await terminal.shows(/Batch 3 of 3 is next\.[\s\S]*Number \(Enter for 1\):$/);
        t.strictSame(await runtimes(), [mended, mended, leaky]);
        terminal.keys("3", "Enter");
        await terminal.shows("It ended with 2.");
        const shown = terminal.everything();
        t.match(shown, "compute-2: changed: kmem : Install the runtime without kmem");
        t.notMatch(shown, "compute-1: changed:", "what was done is not done again");
        t.match(shown, "Taking back compute-2:");
        t.match(shown, "Verified by the same evidence: 1 of 3 hosts no longer leak.");
        t.match(shown, /compute-1: was leaking, \d+ ids leaked; is now clean/);
        t.match(shown, /compute-2: was leaking, \d+ ids leaked; is now leaking/);
        const report = /to be read in a browser:\s+(\S+\.html)/.exec(shown)?.[1] ?? "";
        t.match(readFileSync(report, "utf8"), /^<!doctype html>[\s\S]*compute-2/i);
        t.strictSame(await runtimes(), [mended, leaky, leaky]);
        unasked = /^ +(kmend run .*)$/m.exec(shown)?.[1] ?? "";
      },
    );

    await t.test(
      "between batches all of the run is taken back, and there is nothing to come back to",
      // A minute more, for a choice that test/wizard/fix.test.ts has without hosts.
      { skip: process.env["KMEND_TORTURE"] ? false : "npm run test:torture has it" },
      async (t) => {
        const terminal = fix("-i", inventory, "--limit", "compute_nodes");
        for (const [shows, ...keys] of [
          ["How are they mended?", "Enter"],
          ["all 2 hosts", "Enter"],
          ["Go through them like this?", "Enter"],
          ["Change 2 hosts now?", "Down", "Down", "Enter"],
          ["Batch 2 of 2 is next.", "Down", "Down", "Down", "Enter"],
        ] as const) {
          await terminal.shows(shows);
          terminal.keys(...keys);
        }
        t.match(
          await terminal.shows("It ended with 2."),
          "Verified by the same evidence: 0 of 2 hosts no longer leak.",
        );
        t.strictSame(await runtimes(), [mended, leaky, leaky], "and what another run had mended stays");
        const nothing = fix("--resume");
        t.match(await nothing.shows("It ended with 5."), "no fix was left in the middle");
      },
    );

    await t.test("the command that it prints does the same unasked", async (t) => {
      const { code, stdout } = await shellWithKmend(unasked.replace(/^kmend/, "$KMEND"), {
        cwd: folder,
        env: { KMEND_STATE: state },
      });
      t.equal(code, 0, unasked);
      t.match(stdout, /compute-3 +: ok=\d+ +changed=\d .*failed=0/);
      t.notMatch(stdout, "app-1", "it touches no other host");
      t.strictSame(await runtimes(), [mended, mended, mended]);
      t.match(unasked, "--metrics-file fix.prom");
      t.match(metrics(), /^kmend_run_exit_code\S* 0$/m);
    });

    await t.test(
      "hosts are found in ssh's configuration, and nodes by kubectl, whose cluster drains them",
      async (t) => {
        const home = join(folder, "home");
        for (const name of ["home/.ssh", "home/.kube", "bin"])
          mkdirSync(join(folder, name), { recursive: true });
        const config = readFileSync(join(lab.state, "lab", "fix", "ssh", "config"), "utf8");
        const [first = ""] = config.split("\n\n");
        // A node of the cluster is reached by its address: that has a block of its own, which names no host.
        const byAddress = first.replace(/^Host .*\n.*HostName.*/, "Host 127.77.*");
        writeFileSync(join(home, ".ssh", "config"), `${config}\n${byAddress}\n`);
        const env = { HOME: home, KMEND_STATE: join(folder, "other-state") };
        const words = ["--limit", "app-1", "--plain"];
        const bySsh = begin(words, env);
        await bySsh.shows(/not now: leave them alone[\s\S]*Number \(Enter for 1\):$/);
        t.match(bySsh.everything(), /Inventory: ~\/\.ssh\/config: 4 hosts[\s\S]*app-1: reached, and read/);
        bySsh.keys("C-c");
        await bySsh.shows("It ended with 99.");

        writeFileSync(join(home, ".kube", "config"), "");
        writeFileSync(join(folder, "bin", "kubectl"), standInKubectl(lab), { mode: 0o755 });
        const byKubectl = begin(words, env);
        await byKubectl.shows(
          /1\. app-1, compute-1, compute-2 and 1 more \(of run [\s\S]*Number \(Enter for 1\):$/,
        );
        byKubectl.keys("2", "Enter");
        await byKubectl.shows(/not now: leave them alone[\s\S]*Number \(Enter for 1\):$/);
        byKubectl.keys("3", "Enter");
        t.match(
          await byKubectl.shows(/What empties[\s\S]*Number \(Enter for 1\):$/),
          "1. the cluster itself (recommended)",
        );
        byKubectl.keys("1", "Enter");
        await byKubectl.shows(/Go through them[\s\S]*Number \(Enter for 1\):$/);
        byKubectl.keys("C-c");
        await byKubectl.shows("It ended with 99.");
      },
    );

    await t.test("without a terminal it asks nothing, and says what to do instead", async (t) => {
      const { code, stdout, stderr } = await kmend(["fix", "-i", inventory], { cwd: folder });
      t.equal(code, 5);
      t.equal(stdout, "");
      t.match(stderr, `kmend run -i ${inventory} kmend.playbooks.kmem`);
    });
  },
);

/** Knows the lab's hosts as nodes, and no other question. */
function standInKubectl({ nodes, state }: TestLab): string {
  const items = nodes.map(({ name, address }) => ({
    metadata: { name, labels: {} },
    status: { addresses: [{ type: "InternalIP", address }] },
  }));
  const list = join(state, "nodes.json");
  writeFileSync(list, JSON.stringify({ items }));
  return `#!/bin/sh
case "$*" in
"get nodes --output=json"*) cat '${list}' ;;
*) echo "a stand-in for kubectl cannot $*" >&2; exit 1 ;;
esac
`;
}

t.test("a command with more hosts than a line takes names them in files", async (t) => {
  const folder = t.testdir({});
  const hosts = Array.from({ length: 30 }, (_, i) => `web-${i}`);
  const leg = { hosts, does: [], needs: "restart", playbooks: ["kmend.playbooks.kmem"], variables: {} };
  const policy = recommended(hosts.length);
  const line = sameCommand(new Command(), { inventory: [`${hosts.join(",")},`], leg, policy }, folder);
  t.notMatch(line, "web-7");
  t.match(line, " kmend.playbooks.kmem ", "it is the same from any folder");
  const [, inventory = "", limit = ""] = /-i (\S+\.ini) .*--limit @(\S+\.txt) /.exec(line) ?? [];
  t.equal(readFileSync(limit, "utf8"), `${hosts.join("\n")}\n`);
  t.strictSame(
    (await loadInventory([inventory])).hosts.map(({ name }) => name),
    hosts,
  );
});

t.test("hosts that ssh's configuration names one by one", async (t) => {
  const config =
    "Host web-1 web-2\n  User root\nHost *.example.com !bad\n  Port 2222\nMatch user x\n  Port 1\nHost db\n";
  t.strictSame(hostsOfSsh(config), ["web-1", "web-2", "db"]);
});
