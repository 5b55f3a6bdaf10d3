/** The wizard's runs are watched from outside as any other: metrics, an address, hooks and traces, as its options say; and the command that
 *  it prints has the same options. */

import { readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import t from "tap";
import { type FixFlags, fixCommand } from "../../src/cli/fix.ts";
import { comeBackCommand } from "../../src/cli/fix-command.ts";
import { fixWork } from "../../src/cli/fix-work.ts";
import { shipped } from "../../src/package/package.ts";
import { recommended } from "../../src/wizard/policy.ts";
import { freePort } from "../telemetry/free-port.ts";
import { startReceiver } from "../telemetry/otlp-receiver.ts";
import { atTerminal, forgetSaved } from "./kmend.ts";

t.setTimeout(120_000);

const rollout = `
- hosts: all
  gather_facts: false
  serial: 1
  tasks:
    - copy: {content: new, dest: "DIR/{{ inventory_hostname }}"}
`;

const value = (page: string, series: string): string | undefined =>
  page
    .split("\n")
    .find((line) => line.startsWith(series))
    ?.split(" ")
    .at(-1);

t.test("a rollout of the wizard, and what takes it back", async (t) => {
  const folder = t.testdir({ "play.yml": "", received: "" });
  const path = (name: string): string => join(folder, name);
  writeFileSync(path("play.yml"), rollout.replaceAll("DIR", folder));
  t.teardown(() => forgetSaved(path("state")));
  const receiver = await startReceiver();
  t.teardown(() => receiver.close());
  process.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.url;
  t.teardown(() => {
    delete process.env["OTEL_EXPORTER_OTLP_ENDPOINT"];
  });

  const port = await freePort();
  const hook = `cat >>'${path("received")}'`;
  const command = fixCommand();
  command.parseOptions([
    ...["-c", "local", "--state", path("state")],
    ...["--metrics-file", path("fix.prom"), "--metrics", `:${port}`, "--on-event", hook],
  ]);
  const paper = { write: () => {}, colour: false, columns: 80, rows: 24 };
  const work = fixWork(command.opts<FixFlags>(), { command, paper, isPlain: true });
  const leg = {
    hosts: ["a", "b"],
    does: [],
    needs: "restart",
    playbooks: [relative(shipped("."), path("play.yml"))],
    variables: {},
  };
  const given = { inventory: ["a,b,"], leg, policy: recommended(2) };
  const metrics = (): string => readFileSync(path("fix.prom"), "utf8");

  await work.plan(given);
  t.throws(metrics, "a dry run is nobody's business");
  t.strictSame(receiver.spans, []);

  let between = "";
  const { run, exitCode, events } = await work.run(given, {
    begun: async () => {},
    asks: ({ number }) => number > 1,
    between: async () => {
      between = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return true;
    },
  });
  t.equal(exitCode, 0);
  t.equal(value(between, "kmend_run_running"), "1", "somebody is asked, and it is under way");
  t.equal(value(between, 'kmend_run_batches{state="ended"}'), "1");
  t.match(metrics(), `run="${run}",command="run"`);
  t.equal(value(metrics(), "kmend_run_exit_code"), "0");
  t.strictSame(
    readFileSync(path("received"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).type),
    events.map(({ type }) => type),
  );
  t.equal(receiver.spans.filter(({ name }) => name === "kmend run").length, 1);

  await work.rollback(run, null);
  t.match(metrics(), /command="rollback"/);
  t.equal(value(metrics(), 'kmend_run_hosts{file="fix",state="rolled_back"}'), "2");
  t.equal(receiver.spans.filter(({ name }) => name === "kmend rollback").length, 1);

  const same = `--metrics-file ${path("fix.prom")} --metrics 127.0.0.1:${port}`;
  for (const line of [await work.command(given), comeBackCommand(command)]) {
    t.match(line, same);
    t.match(line, /--on-event ('|\S*\\)/);
    t.match(line, "cat >>");
  }
});

t.test("what cannot be written is said before anything is asked", async (t) => {
  const folder = t.testdir({});
  const { stdout } = await atTerminal("$KMEND fix -i a, -c local --metrics-file no/such/fix.prom", [], {
    cwd: folder,
  });
  t.match(stdout, "Cannot write the metrics no/such/fix.prom: ");
  t.notMatch(stdout, "Inventory");
});
