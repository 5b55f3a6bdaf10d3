/**
 * examples/on-call: each command of the runbook is run in its order on a node that can start no more pods, and says what is claimed.
 *
 * Here to the mended node; with KMEND_TORTURE=whole, which `npm run test:torture` sets, also what takes it back and goes on.
 */

import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { execOnNode, podsOnNodes, whatIsMissing } from "../../src/lab/lab.ts";
import { labPlace, nodePlace } from "../../src/lab/place.ts";
import { shipped } from "../../src/package/package.ts";
import { startKmend } from "../cli/kmend.ts";
import { raiseLab } from "../lab/with-lab.ts";
import { ran } from "./ci.ts";
import { exampleFolder, isWhole } from "./fleet.ts";

const node = "app-1";

/** Some lines of shell, and what the runbook says that they print. */
interface Block {
  readonly section: string;
  readonly isAtConsole: boolean;
  readonly lines: readonly string[];
  readonly says: readonly string[];
}

t.test("the runbook", { skip: whatIsMissing() ?? false, timeout: isWhole ? 900_000 : 290_000 }, async (t) => {
  const lab = await raiseLab(t, {
    nodes: { app_nodes: 1, compute_nodes: 0, clean_nodes: 0, both_nodes: 0 },
    kernel: { all: "514", byNode: {} }, // the one on which ids can be had back without a reboot
  });
  const folder = mkdtempSync(join(tmpdir(), "kmend-on-call-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(exampleFolder("on-call"), folder, { recursive: true });
  cpSync(lab.inventory, join(folder, "hosts.yml"));
  // Half a minute is what a real kubelet may take to miss a pod.
  appendFileSync(join(folder, "group_vars/all.yml"), "kmem_settle_seconds: 1\n");
  const state = join(folder, "state");
  mkdirSync(join(folder, "bin"));
  writeFileSync(
    join(folder, "bin/kmend"),
    `#!/bin/sh\nexec ${process.execPath} ${shipped("src/cli/main.ts")} "$@"\n`,
    { mode: 0o755 },
  );
  const env = {
    PATH: `${folder}/bin:${process.env["PATH"]}`,
    HOME: folder,
    KMEND_STATE: state,
    NODE: node,
  };
  const pods = (order: "create" | "delete", count: number) =>
    podsOnNodes({ ...lab, nodes: [node] }, order, count);

  /** What has to be so before a section's first command. */
  const before: Readonly<Record<string, () => Promise<unknown>>> = {
    "1": runOutOfIds,
    "4": () => preload(0),
    "6": interrupt,
  };
  /** What has to be so after a section's last. */
  const after: Readonly<Record<string, (t: Test) => Promise<unknown>>> = {
    "3": async (t) => {
      await t.resolves(pods("create", 1), "a pod starts again");
    },
    "7": async (t) => {
      t.match((await execOnNode(lab, node, "rpm -q kubelet")).stdout, "kubelet-1.15.5-0");
    },
  };

  const blocks = readRunbook(readFileSync(join(folder, "runbook.md"), "utf8"));
  const sections = [...new Set(blocks.map(({ section }) => section))];
  t.strictSame(sections, ["1", "2", "3", "4", "5", "6", "7"]);
  for (const section of sections.slice(0, isWhole ? 7 : 4))
    await t.test(`section ${section}`, async (t) => {
      await before[section]?.();
      for (const block of blocks.filter((each) => each.section === section)) await tryBlock(t, block);
      await after[section]?.(t);
    });

  async function tryBlock(t: Test, { lines, says, isAtConsole }: Block): Promise<void> {
    let printed = "";
    for (const line of lines) {
      const wanted = Number(/# exit (\d+)/.exec(line)?.[1] ?? 0);
      const { code, output } = isAtConsole ? await atConsole(line) : await ran(line, { cwd: folder, env });
      t.equal(code, wanted, code === wanted ? line : `${line}\n${output}`);
      printed += output;
    }
    let from = 0;
    for (const claim of says) {
      const found = asPattern(claim).exec(printed.slice(from));
      t.ok(found, `it says: ${claim}\n${found ? "" : printed.slice(from)}`);
      from += found ? found.index + found[0].length : 0;
    }
  }

  async function atConsole(line: string): Promise<{ readonly code: number | null; readonly output: string }> {
    const { code, stdout, stderr } = await execOnNode(lab, node, line);
    return { code, output: stdout + stderr };
  }

  /** Pods came and went until the kernel has no id left. */
  async function runOutOfIds(): Promise<void> {
    await pods("create", 3);
    await pods("delete", 3);
    const { memcgIds } = JSON.parse((await execOnNode(lab, node, "cat /srv/kmend-lab/counts")).stdout);
    await preload(65_535 - memcgIds);
    const { stderr } = await execOnNode(lab, node, "mkdir /sys/fs/cgroup/memory/kubepods/of-a-pod");
    t.match(stderr, "No space left on device", "no pod starts");
  }

  async function preload(ids: number): Promise<void> {
    writeFileSync(join(nodePlace(labPlace(lab.state, lab.name), node).kernel, "control"), `preload ${ids}`);
  }

  /** A mend that somebody interrupts after its first change. */
  async function interrupt(): Promise<void> {
    const argv = ["run", "-i", "hosts.yml", "kmend.playbooks.kmem", "-l", node, "--output", "ndjson"];
    const { process, ended } = startKmend(argv, { cwd: folder });
    process.stdout?.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes('"type":"change:applied"')) process.kill("SIGINT");
    });
    const { code } = await ended;
    if (code !== 99) throw new Error(`the run was not interrupted: exit code ${code}`);
  }
});

function readRunbook(text: string): readonly Block[] {
  const fence = /^```sh( console)?\n(.*?)^```\n(?:\nIt says:\n\n```text\n(.*?)^```\n)?/gms;
  return [...text.matchAll(fence)].map((found) => ({
    section: [...text.slice(0, found.index).matchAll(/^## (\d+)\./gm)].at(-1)?.[1] ?? "",
    isAtConsole: found[1] !== undefined,
    lines: (found[2] ?? "").trimEnd().split("\n"),
    says: (found[3] ?? "").split("\n").filter((line) => line !== ""),
  }));
}

/** A claimed line: `…` stands for anything, `$NODE` for the node. */
function asPattern(claim: string): RegExp {
  const parts = claim.trim().replaceAll("$NODE", node).split("…");
  return new RegExp(parts.map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("[^\\n]*"));
}
