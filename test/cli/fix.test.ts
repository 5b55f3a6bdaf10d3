/** The wizard on real hosts, in a real terminal: left between two batches, come back to, verified; and its command, unasked. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { hostsOfSsh } from "../../src/cli/fix-sources.ts";
import { whatIsMissing } from "../../src/lab/lab.ts";
import { raiseLab } from "../lab/with-lab.ts";
import { hasTmux, Terminal } from "../wizard/terminal.ts";
import { forgetSaved, kmend, shellWithKmend } from "./kmend.ts";

const main = join(import.meta.dirname, "../../src/cli/main.ts");
const missing = whatIsMissing() ?? (hasTmux ? null : "tmux is not here");

t.test("kmend fix on a fleet", { skip: missing ?? false, timeout: 290_000 }, async (t) => {
  const { inventory } = await raiseLab(t, {
    name: "fix",
    nodes: { app_nodes: 1, compute_nodes: 2, clean_nodes: 0, both_nodes: 0 },
  });
  const folder = mkdtempSync(join(tmpdir(), "kmend-fix-"));
  const state = join(folder, "state");
  t.teardown(() => {
    forgetSaved(state);
    rmSync(folder, { recursive: true });
  });
  const fix = (...args: readonly string[]): Terminal => {
    const env = { NO_COLOR: "1", KMEND_STATE: state };
    const terminal = new Terminal([process.execPath, main, "fix", ...args], { cwd: folder, env });
    t.teardown(() => terminal.close());
    return terminal;
  };

  await t.test(
    "groups are mended or left alone; left by Ctrl-C between batches, it says what stands",
    async (t) => {
      const terminal = fix("-i", inventory);
      for (let group = 0; group < 2; group += 1) {
        const screen = await terminal.shows(/How are they mended\? \(leaking, by \w+: \d host\w?\)\n❯/);
        if (screen.includes("(leaking, by kubelet: 1 host)\n❯"))
          terminal.keys(...Array(8).fill("Down"), "Enter");
        else {
          terminal.keys("Enter");
          await terminal.shows("all 2 hosts");
          terminal.keys("Enter");
        }
      }
      await terminal.shows("❯ yes");
      terminal.keys("Enter");
      t.match(await terminal.shows("Change 2 hosts now?"), "yes: mend compute-1, compute-2");
      t.match(
        terminal.everything(),
        /Install the runtime without kmem\n +on: compute-1, compute-2\n +way back:/,
      );
      terminal.keys("Down", "Down", "Enter");
      t.match(await terminal.shows("Batch 2 of 2 is next."), "Batch 1 of 2 ended: 1 of 1 host well.");
      terminal.keys("C-c");
      t.match(
        await terminal.shows("Pane is dead (status 99"),
        /What stands:\n- run \S+: changes on .*\bcompute-1\b/,
      );
    },
  );

  await t.test("come back to, it goes on with the same run, and verifies by the same evidence", async (t) => {
    const terminal = fix("--resume", "--plain");
    await terminal.shows("What is to become of it?");
    terminal.keys("1", "Enter");
    await terminal.shows("Pane is dead (status 0");
    const shown = terminal.everything();
    t.match(shown, "compute-2: changed: kmem : Install the runtime without kmem");
    t.notMatch(shown, "compute-1: changed:", "what was done is not done again");
    t.match(shown, "Verified by the same evidence: 2 of 2 hosts no longer leak.");
    t.match(shown, /compute-1: was leaking, \d+ ids leaked; is now clean/);

    const command = /^ +(kmend run .*)$/m.exec(shown)?.[1] ?? "";
    const { code, stdout } = await shellWithKmend(command.replace(/^kmend/, "$KMEND"), {
      cwd: folder,
      env: { KMEND_STATE: state },
    });
    t.equal(code, 0, command);
    t.match(
      stdout,
      /compute-1 +: ok=\d+ +changed=\d .*\ncompute-2 +: ok=\d+ +changed=\d .*failed=0/,
      "by the same command",
    );
    t.notMatch(stdout, "app-1", "which touches no other host");
  });

  await t.test("without a terminal it asks nothing, and says what to do instead", async (t) => {
    const { code, stdout, stderr } = await kmend(["fix", "-i", inventory], { cwd: folder });
    t.equal(code, 5);
    t.equal(stdout, "");
    t.match(stderr, `kmend run -i ${inventory} playbooks/kmem.yml`);
    const nothing = await kmend(["fix", "--resume"], { cwd: folder });
    t.equal(nothing.code, 5);
  });
});

t.test("hosts that ssh's configuration names one by one", async (t) => {
  const config =
    "Host web-1 web-2\n  User root\nHost *.example.com !bad\n  Port 2222\nMatch user x\n  Port 1\nHost db\n";
  t.strictSame(hostsOfSsh(config), ["web-1", "web-2", "db"]);
});
