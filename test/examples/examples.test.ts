/**
 * The set-ups in examples/ do what they say, on a rehearsal fleet of one lab. Each has hosts of its own, so they go side by side.
 *
 * Here in their short form; with KMEND_TORTURE=whole, which `npm run test:torture` sets, also what takes longer.
 */

import t from "tap";
import { whatIsMissing } from "../../src/lab/lab.ts";
import { raiseLab } from "../lab/with-lab.ts";
import { canary } from "./canary.ts";
import { nightly } from "./nightly.ts";

const isWhole = process.env["KMEND_TORTURE"] === "whole";

t.test(
  "the examples on a rehearsal fleet",
  { skip: whatIsMissing() ?? false, timeout: isWhole ? 900_000 : 280_000 },
  async (t) => {
    const lab = await raiseLab(t, {
      nodes: { app_nodes: 2, compute_nodes: 2, clean_nodes: 1, both_nodes: 0 },
    });
    t.jobs = 4;
    await Promise.all([
      t.test("a canary first", { buffered: true }, (t) => canary(t, { lab, isWhole })),
      t.test("the nights", { buffered: true }, (t) => nightly(t, { lab, isWhole })),
    ]);
  },
);
