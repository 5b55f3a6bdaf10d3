/**
 * The set-ups in examples/ do what they say, on a rehearsal fleet of one lab. Each has hosts of its own, so they go side by side.
 *
 * The nights and the runbook have tests of their own. Here in their short form; with KMEND_TORTURE=whole, which `npm run test:torture` sets, also what takes longer.
 */

import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { dirname, join } from "node:path";
import t from "tap";
import { whatIsMissing } from "../../src/lab/lab.ts";
import { raiseLab } from "../lab/with-lab.ts";
import { canary } from "./canary.ts";
import { ci, pipelines } from "./ci.ts";
import { exampleFolder, isWhole } from "./fleet.ts";

t.test(
  "the examples on a rehearsal fleet",
  { skip: whatIsMissing() ?? false, timeout: isWhole ? 900_000 : 290_000 },
  async (t) => {
    const lab = await raiseLab(t, {
      nodes: { app_nodes: 2, compute_nodes: 0, clean_nodes: 2, both_nodes: 0 },
    });
    t.jobs = 2;
    await Promise.all([
      t.test("a canary first", { buffered: true }, (t) => canary(t, { lab })),
      t.test("from a branch to the nodes", { buffered: true }, (t) => ci(t, { lab })),
    ]);
  },
);

t.test("the pipelines' files are what GitHub and GitLab take", pipelines);

t.test("shellcheck finds nothing in the scripts", async (t) => {
  const scripts = globSync(join(exampleFolder("*"), "**/*.sh"));
  t.ok(scripts.length > 5);
  for (const script of scripts) {
    const { stdout, error } = spawnSync("shellcheck", ["--external-sources", script], {
      cwd: join(dirname(script), script.includes("/ci/ci/") ? ".." : "."), // as it sources others
      encoding: "utf8",
    });
    if (error) {
      t.pass("shellcheck is not installed");
      return;
    }
    t.equal(stdout, "", script);
  }
});
