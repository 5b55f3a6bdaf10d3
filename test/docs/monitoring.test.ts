/** docs/monitoring.md: its table is what the code has; its alerts and queries work. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { type MetricName, metricOf, metrics } from "../../src/telemetry/metrics.ts";
import { runFamilies, runState, scanFamilies } from "../../src/telemetry/telemetry.ts";
import { recordedEvents } from "../report/recorded.ts";
import { unpackedProgram } from "../unpacked.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/monitoring.md"), "utf8");

t.test("its table has every metric with its labels and its help, and no other", async (t) => {
  const rows = [...page.matchAll(/^\| `(kmend_\w+)` \| (.*) \| (\w+) \| (.*) \|$/gm)].map(
    ([, name, labels, of, help]) => ({ name, labels, of, help }),
  );
  const expected = (Object.keys(metrics) as MetricName[]).map((name) => {
    const { labels, of = "all", help } = metricOf(name);
    return { name, labels: labels.map((label) => `\`${label}\``).join(", "), of, help };
  });
  t.strictSame(rows, expected);
});

/** Each indented block, as it stands in a file of its own. */
const blocks = [...page.matchAll(/(?:^(?: {4}.*)?\n)+/gm)]
  .map(([text]) => text.replaceAll(/^ {4}/gm, "").trim())
  .filter((text) => text !== "");
const rules = blocks.find((text) => text.startsWith("groups:")) ?? "";
const queries = blocks.filter((text) => /^(sum|bottomk)/.test(text)).flatMap((text) => text.split("\n"));

t.test("its queries and alerts name only metrics, labels and values that there are", async (t) => {
  t.equal(queries.length, 6);
  const named = [...`${rules}${queries.join()}`.matchAll(/(kmend_\w+)(?:\{(\w+))?/g)];
  t.ok(named.length > 10);
  for (const [text, name = "", label] of named) {
    t.ok(name in metrics, name);
    if (label !== undefined && label !== "file")
      t.ok(metricOf(name as MetricName).labels.includes(label), `${text}: ${label}`);
  }
  const { take, state } = runState();
  for (const event of recordedEvents("mended")) take(event);
  const given = JSON.stringify([...runFamilies(state), ...scanFamilies([], 0)]);
  for (const [, values = ""] of `${rules}${queries.join()}`.matchAll(/(?:state|verdict)!?=~?"([^"]+)"/g))
    for (const value of values.split("|")) t.match(given, `"${value}"`, value);
});

/** Time begins at 0. A run that failed and left a host behind, one whose window was too short, one that died, one that soaks for most of a day, and a scan with a host that runs out. */
const ruleTest = `
rule_files: [rules.yml]
evaluation_interval: 5m
tests:
  - interval: 5m
    input_series:
      - {series: 'kmend_run_exit_code{file="roll"}', values: '2x600'}
      - {series: 'kmend_run_exit_code{file="scan"}', values: '3x600'}
      - {series: 'kmend_run_exit_code{file="short"}', values: '75x600'}
      - {series: 'kmend_run_info{file="short",command="run"}', values: '1x600'}
      - {series: 'kmend_run_info{file="roll",command="run"}', values: '1x600'}
      - {series: 'kmend_run_info{file="scan",command="scan"}', values: '1x600'}
      - {series: 'kmend_run_running{file="roll"}', values: '0x600'}
      - {series: 'kmend_run_running{file="died"}', values: '1x600'}
      - {series: 'kmend_run_running{file="soaks"}', values: '1x240'}
      - {series: 'kmend_run_started_timestamp_seconds{file="soaks"}', values: '0x240'}
      - {series: 'kmend_run_soak_until_timestamp_seconds{file="soaks"}', values: '64800x240'}
      - {series: 'kmend_run_started_timestamp_seconds{file="roll"}', values: '0+300x600'}
      - {series: 'kmend_run_started_timestamp_seconds{file="died"}', values: '0x600'}
      - {series: 'kmend_run_hosts{file="roll",state="rollback_failed"}', values: '1x600'}
      - {series: 'kmend_run_changes{file="roll",state="revert_failed"}', values: '0x600'}
      - {series: 'kmend_scan_hosts{file="scan",verdict="unreached"}', values: '1x600'}
      - {series: 'kmend_scan_hosts{file="scan",verdict="unknown"}', values: '1x600'}
      - {series: 'kmend_host_ids_left{file="scan",host="low"}', values: '4999x600'}
      - {series: 'kmend_host_ids_left{file="scan",host="well"}', values: '60000x600'}
      - {series: 'kmend_host_exhausted_timestamp_seconds{file="scan",host="soon"}', values: '200000x600'}
    alert_rule_test:
      - eval_time: 10h
        alertname: KmendRunFailed
        exp_alerts: [{exp_labels: {severity: warning, file: roll}, exp_annotations: {summary: roll ended with 2}}]
      - eval_time: 5h
        alertname: KmendRunDied
        exp_alerts: []
      - eval_time: 7h
        alertname: KmendRunDied
        exp_alerts:
          - exp_labels: {severity: warning, file: died}
            exp_annotations: {summary: 'died began six hours ago and has not ended: it hangs, or was killed'}
      - eval_time: 19h
        alertname: KmendRunDied
        exp_alerts:
          - exp_labels: {severity: warning, file: died}
            exp_annotations: {summary: 'died began six hours ago and has not ended: it hangs, or was killed'}
          - exp_labels: {severity: warning, file: soaks}
            exp_annotations: {summary: 'soaks began six hours ago and has not ended: it hangs, or was killed'}
      - eval_time: 47h
        alertname: KmendNotRun
        exp_alerts: []
      - eval_time: 49h
        alertname: KmendNotRun
        exp_alerts:
          - exp_labels: {severity: warning, file: died}
            exp_annotations: {summary: 'died has not begun for two days: see its timer'}
      - eval_time: 1h
        alertname: KmendRollbackFailed
        exp_alerts:
          - exp_labels: {severity: critical, file: roll, state: rollback_failed}
            exp_annotations: {summary: 'A host of roll could not be taken back: a person is needed'}
      - eval_time: 2h
        alertname: KmendHostsUnreached
        exp_alerts:
          - exp_labels: {severity: warning, file: scan}
            exp_annotations: {summary: 2 hosts could not be judged}
      - eval_time: 1h
        alertname: KmendIdsRunOut
        exp_alerts:
          - exp_labels: {severity: critical, file: scan, host: low}
            exp_annotations: {summary: low soon starts no pod any more}
          - exp_labels: {severity: critical, file: scan, host: soon}
            exp_annotations: {summary: soon soon starts no pod any more}
`;

const program = unpackedProgram("promtool");
t.test(
  "promtool takes its alerts and queries, and they fire when they should",
  program === null ? { skip: "there is no promtool here" } : {},
  async (t) => {
    const recorded = queries.map((expr, n) => `      - {record: "kmend:q${n}", expr: '${expr}'}`).join("\n");
    const folder = t.testdir({
      "rules.yml": `${rules}\n`,
      "queries.yml": `groups:\n  - name: q\n    rules:\n${recorded}\n`,
      "test.yml": ruleTest,
    });
    const promtool = (...args: string[]): { status: number | null; said: string } => {
      const { status, stdout, stderr } = spawnSync(program ?? "", args, { cwd: folder, encoding: "utf8" });
      return { status, said: stdout + stderr };
    };
    t.match(promtool("check", "rules", "rules.yml"), { status: 0, said: /SUCCESS: 6 rules found/ });
    t.match(promtool("check", "rules", "queries.yml"), { status: 0, said: /SUCCESS: 6 rules found/ });
    t.match(promtool("test", "rules", "test.yml"), { status: 0, said: /SUCCESS/ });
  },
);
