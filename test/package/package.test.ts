/** The package as a user gets it: built, packed, and run away from the clone. */

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Test, test } from "tap";
import { whatIsMissing } from "../../src/lab/lab.ts";
import { version } from "../../src/package/package.ts";
import "../lab/with-lab.ts";

const clone = join(import.meta.dirname, "..", "..");
// The test runner gives every Node that is started its own way of loading sources; a user's has none.
const asUser = ["-u", "NODE_OPTIONS"];

test("what npm packs", { timeout: 120_000 }, async (t) => {
  const folder = packInto(t);
  const kmend = (...argv: string[]): string =>
    spawnSync("env", [...asUser, process.execPath, join(folder, "package/dist/cli/main.js"), ...argv], {
      encoding: "utf8",
      cwd: folder,
      env: { ...process.env, KMEND_STATE: join(folder, "state"), XDG_CACHE_HOME: join(folder, "cache") },
    }).stdout;

  t.test("is the version that package.json says", async (t) => {
    t.equal(kmend("--version"), `${version}\n`);
  });
  t.test("has types, and the engine for programs", async (t) => {
    t.ok(existsSync(join(folder, "package/dist/engine/engine.d.ts")));
    t.type((await import(join(folder, "package/dist/engine/engine.js"))).runPlaybooks, "function");
  });
  t.test("has the playbooks that it ships", async (t) => {
    t.match(kmend("validate", "package/playbooks/detect.yml"), /detect\.yml/);
  });

  t.test(
    "finds them by name from a folder that is not its own, and carries out a plan of another installation",
    async (t) => {
      t.match(kmend("validate", "kmend.playbooks.rollout"), "kmend.playbooks.rollout: no problem");
      const plan = ["-i", "here,", "-c", "local", "kmend.playbooks.cgroup-v2", "--out", "plan.json"];
      const fromClone = [...asUser, process.execPath, join(clone, "src/cli/main.ts"), "plan", ...plan];
      execFileSync("env", [...fromClone, "--state", join(folder, "state")], { cwd: folder });
      t.match(kmend("apply", "plan.json"), /PLAN: \d+ predictions, \d+ kept, 0 broken/);
    },
  );

  const missing = whatIsMissing();
  t.test("raises a lab and scans it", { skip: missing ?? false }, async (t) => {
    t.teardown(() => kmend("lab", "down", "--name", "packed"));
    kmend("lab", "up", "--name", "packed", "--nodes", "1", "--inventory", "hosts.yml");
    t.match(kmend("scan", "-i", "hosts.yml"), /1 host/);
  });
});

/** A folder with the packed package in it, unpacked, and the packages that it needs. */
function packInto(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), "kmend-package-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const run = (...command: string[]): string =>
    execFileSync("env", [...asUser, ...command], {
      cwd: clone,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  run("npm", "run", "build");
  const name = run("npm", "pack", "--silent", "--pack-destination", folder).trim();
  run("tar", "-xzf", join(folder, name), "-C", folder);
  symlinkSync(join(clone, "node_modules"), join(folder, "package/node_modules"));
  return folder;
}
