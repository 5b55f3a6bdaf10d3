/**
 * What a plan claims to know, happens: of the shipped playbooks, and of five roles as people publish them, on real hosts.
 *
 * Here for the kmem mend and the roles; for every shipped playbook that needs no cluster and no build by `npm run test:torture`, or
 * KMEND_TORTURE=reboot,renew tries just these.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { whatIsMissing } from "../../src/lab/lab.ts";
import { isDefinite, type PlanFile } from "../../src/plan/plan.ts";
import { kmend } from "../cli/kmend.ts";
import { raiseLab } from "../lab/with-lab.ts";

const missing = whatIsMissing();

const more =
  "check detect verify kubelet-certificates runc-escape cgroup-v2 boot-parameter reclaim restart renew renew-live fix-runtime upgrade-kubelet upgrade-kernel reboot";
const wish = process.env["KMEND_TORTURE"] ?? "";
const shipped = ["kmem", ...(wish === "whole" ? more.split(" ") : wish.split(",").filter(Boolean))];

t.test(
  "100 % of what plans claim to know happens",
  { skip: missing ?? false, timeout: wish === "" ? 280_000 : 3_600_000 },
  async (t) => {
    const { state, inventory } = await raiseLab(t, {
      nodes: { app_nodes: 1, compute_nodes: 1, clean_nodes: 0, both_nodes: 0 },
    });
    const how = { cwd: process.cwd(), env: { KMEND_STATE: state } };

    /** Plans and applies a playbook. @returns how many predictions there were, and what became of the definite ones */
    const measure = async (playbook: string) => {
      const [plan, summary] = [join(state, "plan.json"), join(state, "summary.json")];
      const planned = await kmend(["plan", "-i", inventory, playbook, "--out", plan], how);
      const { predictions, exitCode }: PlanFile = JSON.parse(readFileSync(plan, "utf8"));
      const applied = await kmend(["apply", plan, "--summary", summary], how);
      t.equal(applied.code, planned.code, `${playbook}: ${applied.stdout.slice(-3000)}${applied.stderr}`);
      t.equal(exitCode, planned.code);
      const { kept, broken, notComeTo } = JSON.parse(readFileSync(summary, "utf8")).plan;
      const definite = predictions.filter(isDefinite).length;
      t.strictSame({ kept, broken, notComeTo }, { kept: definite, broken: [], notComeTo: 0 }, playbook);
      const share = Math.round((100 * definite) / predictions.length);
      t.comment(
        `${playbook}: ${predictions.length} predictions, ${definite} definite (${share} %), ${kept} kept`,
      );
      return predictions;
    };

    for (const name of shipped) await measure(`playbooks/${name}.yml`);

    const first = await measure("test/roles/site.yml");
    const failing = first.filter(({ says }) => says === "fail").map(({ task }) => task.name);
    t.strictSame(failing, [], "nothing is said to fail that only wants what comes before it");
    const said = (task: string): string | undefined =>
      first.find((each) => each.host === "app-1" && each.task.name === task)?.says;
    t.equal(said("time_and_sudoers : Keep the drift beside it"), "change", "a line of a new template");
    t.equal(said("time_and_sudoers : Enable the report"), "change", "a unit of a new file");
    t.equal(said("time_and_sudoers : Keep what is theirs"), "unknown", "a group that a command makes");
    t.equal(said("docker_and_kubelet : Leave a mark"), "unknown", "what a command says");

    const second = await measure("test/roles/site.yml");
    t.ok(
      second.filter(({ says }) => says === "right").length >
        first.filter(({ says }) => says === "right").length,
      "the second time most is right already",
    );
  },
);
