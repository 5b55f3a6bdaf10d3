/** docs/monitoring.md: its table is what the code has. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { type MetricName, metricOf, metrics } from "../../src/telemetry/metrics.ts";

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
