/**
 * The set-ups in examples/ do what they say, on a rehearsal fleet of one lab. Each has hosts of its own, so they go side by side.
 *
 * The runbook has a test of its own. Here in their short form; with KMEND_TORTURE=whole, which `npm run test:torture` sets, also what takes longer.
 */

import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { dirname, join } from "node:path";
import t from "tap";
import { whatIsMissing } from "../../src/lab/lab.ts";
import { raiseLab } from "../lab/with-lab.ts";
import { canary } from "./canary.ts";
import { ci, pipelines } from "./ci.ts";
import { exampleFolder } from "./fleet.ts";
import { nightly } from "./nightly.ts";

const isWhole = process.env["KMEND_TORTURE"] === "whole";

t.test(
  "the examples on a rehearsal fleet",
  { skip: whatIsMissing() ?? false, timeout: isWhole ? 900_000 : 280_000 },
  async (t) => {
    const lab = await raiseLab(t, {
      nodes: { app_nodes: 2, compute_nodes: 2, clean_nodes: 3, both_nodes: 0 },
    });
    t.jobs = 4;
    await Promise.all([
      t.test("a canary first", { buffered: true }, (t) => canary(t, { lab, isWhole })),
      t.test("from a branch to the nodes", { buffered: true }, (t) => ci(t, { lab, isWhole })),
      t.test("the nights", { buffered: true }, (t) => nightly(t, { lab, isWhole })),
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
