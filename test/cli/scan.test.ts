/** When ids run out, on a real host: by an earlier run, by two measurements of one scan, and not over a reboot. */

import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import t from "tap";
import { chained } from "../../src/journal/chain.ts";
import { podsOnNodes, rebootNodes, whatIsMissing } from "../../src/lab/lab.ts";
import { raiseLab } from "../lab/with-lab.ts";
import { type Schema, wrongBy } from "../report/json-schema.ts";
import { type Ended, forgetSaved, kmend, type Started, startKmend } from "./kmend.ts";

const schema: Schema = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../docs/scan.schema.json"), "utf8"),
);

t.test("a scan of a leaking host", { skip: whatIsMissing() ?? false, timeout: 280_000 }, async (t) => {
  const { state, name, inventory } = await raiseLab(t, {
    name: "scan",
    nodes: { app_nodes: 1, compute_nodes: 0, clean_nodes: 0, both_nodes: 0 },
  });
  const lab = { state, name };
  const folder = mkdtempSync(join(tmpdir(), "kmend-scan-"));
  t.teardown(() => {
    forgetSaved(join(folder, "state"));
    rmSync(folder, { recursive: true });
  });
  const argv = (...more: string[]): string[] => ["scan", "-i", inventory, ...more];
  const scan = (...more: string[]): Promise<Ended> => kmend(argv(...more), { cwd: folder });
  const leak = async (pods: number): Promise<void> => {
    await podsOnNodes(lab, "create", pods);
    await podsOnNodes(lab, "delete", pods);
  };

  t.test("measured once, it has no date, and says how to get one", async (t) => {
    const { code, stdout } = await scan("--explain", "app-1");
    t.equal(code, 3);
    t.match(
      (await kmend(["runs"], { cwd: folder })).stdout,
      / {2}scan {2}.* {2}exit 3 {2}/,
      "the list of runs says so",
    );
    t.match(stdout, /^When ids run out: unknown: measured once only: scan again later/m);
    t.match(
      stdout,
      /^ {6}before it: Build the kubelet .*; on a build host .*no node is touched; by kmend\.playbooks\.build-kubelet$/m,
    );
    t.match(
      stdout,
      /\(no estimate: kubelet started \d+ \w+ ago: an hour is the least\)$/m,
      "though its metrics were read",
    );
  });

  t.test("with an earlier run in the journal it has a date", async (t) => {
    backdate(join(folder, "state"), 2 * 3_600_000);
    await leak(4);
    const { code, stdout } = await scan("--output", "json");
    t.equal(code, 3);
    const printed = JSON.parse(stdout);
    t.strictSame(wrongBy(schema, printed), []);
    const { kind, certainty, basis, idsPerDay } = printed.hosts[0].exhaustion;
    t.match({ kind, certainty, leaked: basis.kmemIds }, { kind: "dated", certainty: "counted", leaked: 12 });
    const journals = globSync(join(folder, "state/runs/*/journal.jsonl")).map((path) =>
      readFileSync(path, "utf8"),
    );
    t.match(journals.join(""), /"podStarts":\{"value":\{"pods":4,/, "kubelet counted the four pods");
    t.ok(idsPerDay > 130 && idsPerDay <= 144, `12 ids in two hours are ${idsPerDay} a day`);
  });

  t.test("it measures twice where it is told to", async (t) => {
    const started = startKmend(argv("--interval", "1m"), { cwd: folder });
    await says(started, "Measured once. The second measurement begins at ");
    await leak(2);
    const { code, stdout } = await started.ended;
    t.equal(code, 3);
    t.match(stdout, /app-1: 18 kmem ids leaked, .*, at this rate in \d+ days \(20\d\d-\d\d-\d\d\)/);
  });

  t.test("interrupted in between, it tells what it has measured", async (t) => {
    const started = startKmend(argv("--interval", "1h"), { cwd: folder });
    await says(started, "Measured once.");
    started.process.kill("SIGINT");
    const { code, stdout } = await started.ended;
    t.equal(code, 99);
    t.match(stdout, /app-1: 18 kmem ids leaked/);
  });

  t.test("after a reboot the counts of before are not compared with", async (t) => {
    backdate(join(folder, "state"), 2 * 3_600_000);
    await rebootNodes(lab);
    const { stdout } = await scan("--explain", "app-1");
    t.match(stdout, /^When ids run out: unknown: another boot id: the node was rebooted in between/m);
  });
});

/** Makes every run in a state folder so much older. */
function backdate(state: string, ms: number): void {
  for (const path of globSync(join(state, "runs/*/journal.jsonl"))) {
    let sum = basename(dirname(path));
    const older = readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((text) => {
        const { sum: _, ...event } = JSON.parse(text);
        const at = new Date(Date.parse(event.at) - ms).toISOString();
        const link = chained(JSON.stringify({ ...event, at }), sum);
        sum = link.sum;
        return `${link.line}\n`;
      });
    writeFileSync(path, older.join(""));
  }
}

async function says({ process }: Started, text: string): Promise<void> {
  let said = "";
  await new Promise<void>((resolve, reject) => {
    process.once("close", () => reject(new Error(`It ended without saying "${text}": ${said}`)));
    process.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(text)) resolve();
    });
  });
}
