/** The way back that lies on the host: an operator can run it, and a rollback runs it where it is still the recorded one. */

import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import t, { type Test } from "tap";
import type { Event } from "../../src/journal/journal.ts";
import { type LocalRun, type Workplace, workplace } from "./local-run.ts";

const play = `
- hosts: all
  gather_facts: false
  tasks:
    - name: Write the file
      copy: {content: ours, dest: DIR/file}
    - name: Make a folder
      file: {path: DIR/folder, state: directory}
`;

async function changed(t: Test): Promise<{ place: Workplace; file: string; run: LocalRun; save: string }> {
  const place = workplace(t);
  const file = place.at("file");
  place.write("file", "old\n");
  const run = await place.run(play);
  const save = run.events.find((event) => event.type === "change:recorded")?.save ?? "";
  return { place, file, run, save };
}

const sumOf = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
const warnings = ({ events }: LocalRun) =>
  events.flatMap((event) => (event.type === "message:said" && event.level === "warning" ? [event.text] : []));

t.test("the journal has the sum of the script that was written", async (t) => {
  const { run, save } = await changed(t);
  const recorded = run.events.find((event) => event.type === "change:recorded");
  t.equal(recorded?.script, sumOf(join(save, "revert.sh")));
});

t.test("a rollback runs the host's script where it is the recorded one", async (t) => {
  const { place, file, run, save } = await changed(t);
  appendFileSync(join(save, "revert.sh"), `touch ${file}.ran\n`);
  const events = run.events.map((event) =>
    event.type === "change:recorded" && event.save === save
      ? ({ ...event, script: sumOf(join(save, "revert.sh")) } as Event)
      : event,
  );
  const back = await place.rollback(events);
  t.equal(back.outcome.exitCode, 0);
  t.ok(existsSync(`${file}.ran`));
  t.equal(readFileSync(file, "utf8"), "old\n");
  t.strictSame(warnings(back), []);
});

t.test("a script that is another one is not run; both sums are named, the module takes back", async (t) => {
  const { place, file, run, save } = await changed(t);
  const recorded = sumOf(join(save, "revert.sh"));
  appendFileSync(join(save, "revert.sh"), `touch ${file}.ran\n`);
  const found = sumOf(join(save, "revert.sh"));
  const back = await place.rollback(run.events);
  t.equal(back.outcome.exitCode, 0);
  t.notOk(existsSync(`${file}.ran`));
  t.equal(readFileSync(file, "utf8"), "old\n");
  const [warning, ...more] = warnings(back);
  t.match(warning, recorded);
  t.match(warning, found);
  t.strictSame(more, []);
});

t.test("a script that is gone is named, the module takes back", async (t) => {
  const { place, file, run, save } = await changed(t);
  rmSync(join(save, "revert.sh"));
  const back = await place.rollback(run.events);
  t.equal(back.outcome.exitCode, 0);
  t.equal(readFileSync(file, "utf8"), "old\n");
  t.match(warnings(back), [/revert\.sh is missing, recorded was [0-9a-f]{64}/]);
});

t.test("a script that an operator ran already is no reason for a warning", async (t) => {
  const { place, run, save } = await changed(t);
  execFileSync("sh", [join(dirname(save), "revert.sh")]);
  const back = await place.rollback(run.events);
  t.equal(back.outcome.exitCode, 0);
  t.strictSame(warnings(back), []);
});

t.test("the run's script names the tasks, says what it did, and does nothing the second time", async (t) => {
  const { file, save } = await changed(t);
  const script = join(dirname(save), "revert.sh");
  t.equal(statSync(dirname(save)).mode & 0o777, 0o700);
  t.equal(statSync(script).mode & 0o777, 0o700);
  t.equal(statSync(save).mode & 0o777, 0o700);
  t.equal(statSync(join(save, "revert.sh")).mode & 0o777, 0o600);
  t.match(
    readFileSync(script, "utf8"),
    /^# 000001 {2}Write the file \(copy\), .*\n# 000002 {2}Make a folder/m,
  );
  const first = spawnSync("sh", [script], { encoding: "utf8" });
  t.equal(first.status, 0, first.stderr);
  t.match(first.stdout, /taking back: Make a folder.*\ntaking back: Write the file.*\ntaken back: 2\n/);
  writeFileSync(file, "newer");
  const second = spawnSync("sh", [script], { encoding: "utf8" });
  t.equal(second.status, 0);
  t.equal(second.stdout, "nothing is left to take back\n");
  t.equal(readFileSync(file, "utf8"), "newer");
});

t.test("a change that was never made is nothing that the script fails at", async (t) => {
  const { file, save } = await changed(t);
  rmSync(join(save, "0"));
  writeFileSync(file, "old\n");
  t.equal(spawnSync("sh", [join(dirname(save), "revert.sh")]).status, 0);
  t.equal(readFileSync(file, "utf8"), "old\n");
});

t.test("a script that cannot take something back says so and keeps it", async (t) => {
  const { save } = await changed(t);
  rmSync(join(save, "0"));
  const { status, stdout, stderr } = spawnSync("sh", [join(dirname(save), "revert.sh")], {
    encoding: "utf8",
  });
  t.equal(status, 1);
  t.match(stdout, "taken back: 1");
  t.match(stderr, "not taken back: 1");
  t.ok(existsSync(join(save, "revert.sh")));
});
