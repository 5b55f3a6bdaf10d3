/** How the cluster's programs come to be: what is missing for it is named, and nothing half-made is left. */

import { mkdirSync, readdirSync, readlinkSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { clusterPrograms, programsFolder } from "../../src/lab/cluster/programs.ts";
import { eventually, skip } from "./with-cluster.ts";

t.test(
  "what it is built with and is not there is named at once, with the packages that have it",
  async (t) => {
    const cache = t.testdir();
    const path = process.env["PATH"];
    t.teardown(() => {
      process.env["PATH"] = path;
    });
    process.env["PATH"] = cache;
    await t.rejects(clusterPrograms(cache, { tell: () => {} }), {
      code: "lab-cluster-needs",
      message: /there is no go, no make, no rsync, no jq[\s\S]*\n +apt-get install golang-go make rsync jq/,
    });
    t.strictSame(readdirSync(cache), []);
  },
);

t.test("what was built is found again, and nothing is asked of the machine for it", async (t) => {
  const cache = t.testdir();
  mkdirSync(programsFolder(cache), { recursive: true });
  const told: string[] = [];
  t.equal(await clusterPrograms(cache, { tell: (line) => told.push(line) }), programsFolder(cache));
  t.strictSame(told, []);
});

t.test(
  "interrupted while it is built, it leaves nothing half-made and nobody at work",
  { skip, timeout: 300_000 },
  async (t) => {
    const cache = t.testdir();
    // What was fetched for the others is not fetched again.
    symlinkSync(join(process.env["KMEND_LAB_CACHE"] ?? "", "debian"), join(cache, "debian"));
    const interrupt = new AbortController();
    const making = clusterPrograms(cache, { tell: (line) => t.comment(line), signal: interrupt.signal });
    const ended = t.rejects(making, { name: "AbortError" });
    await eventually(async () => workersIn(cache), /go.*\n.*(go|compile)/, { withinMs: 250_000 });
    interrupt.abort();
    await ended;
    t.equal(workersIn(cache), "");
    t.strictSame(readdirSync(join(cache, "cluster")), ["lock"]);
  },
);

/** The programs that work in this folder, a line each. */
function workersIn(folder: string): string {
  const found: string[] = [];
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
    try {
      if (readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`))
        found.push(readlinkSync(`/proc/${pid}/exe`).split("/").at(-1) ?? "");
    } catch {} // it has ended
  return found.sort().join("\n");
}
