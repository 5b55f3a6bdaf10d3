/** `kmend report` and `--report`, on local hosts. */

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import t from "tap";
import { whoRuns } from "../../src/cli/who.ts";
import { type Ended, forgetSaved, kmend, notForUsers } from "./kmend.ts";

t.setTimeout(120_000);

const playbook = `
- hosts: all
  gather_facts: false
  on_failure: rollback_host
  tasks:
    - name: write
      copy: {content: "new\\n", dest: "DIR/{{ inventory_hostname }}"}
    - name: the second
      command: test {{ inventory_hostname }} != b
      changed_when: false
`;

t.test("reports", async (t) => {
  const folder = t.testdir({});
  writeFileSync(join(folder, "play.yml"), playbook.replaceAll("DIR", folder));
  t.teardown(() => forgetSaved(join(folder, "state")));
  const run = (...argv: string[]): Promise<Ended> => kmend(argv, { cwd: folder });
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  const hosts = ["-i", "a,b,", "-c", "local"];

  await t.test("of a run, when it ends", async (t) => {
    const ended = await run("run", ...hosts, "play.yml", "--report", "junit=a.txt", "--report", "run.md");
    t.equal(ended.code, 2, ended.stdout);
    t.match(read("a.txt"), /<testsuites name="kmend run [^>]* failures="1" errors="0"/);
    t.match(read("run.md"), new RegExp(`^- By \`${userInfo().username}@${hostname()}\`, kmend \``, "m"));
    t.match(read("run.md"), /What was taken back\n\n- `write` on `b`/);
    t.equal(statSync(join(folder, "run.md")).mode & 0o777, 0o600);
  });

  await t.test("the same at any time later, and in Ansible's shape", async (t) => {
    const { stdout, code } = await run("report", "last");
    t.equal(code, 0);
    t.equal(stdout, read("run.md"));
    const shaped = await run("report", "last", "--format", "json", "--shape", "ansible");
    t.match(JSON.parse(shaped.stdout), { stats: { b: { failures: 1 } } });
    writeFileSync(join(folder, "out.csv"), "older", { mode: 0o644 });
    t.equal((await run("report", "last", "--out", "out.csv")).stdout, "");
    t.match(read("out.csv"), /^run,host,play,task/);
    t.equal(statSync(join(folder, "out.csv")).mode & 0o777, 0o600, "also where an older one could be read");
  });

  await t.test("of a rollback and a plan", async (t) => {
    await run("rollback", "last", "--report", "json=back.json");
    t.match(JSON.parse(read("back.json")), {
      kind: "rollback",
      exitCode: 0,
      reverts: [{ host: "a", end: "reverted" }],
    });
    const planned = await run("plan", ...hosts, "play.yml", "--report", "plan.json");
    t.match(JSON.parse(read("plan.json")), { kind: "plan", plan: { wouldChange: [{ hosts: ["a", "b"] }] } });
    t.match(planned.stdout, "Would change:");
    t.notOk(existsSync(join(folder, "a")), "a plan changes nothing");
  });

  await t.test("that can't be written are refused before anything is begun", async (t) => {
    const runs = (): number => readdirSync(join(folder, "state/runs")).length;
    const before = runs();
    mkdirSync(join(folder, "folder.md"));
    mkdirSync(join(folder, "locked"), { mode: 0o555 });
    for (const [report, says] of [
      ["pdf=x.md", /Cannot write a report as "pdf"[\s\S]*Name one of/],
      ["x.txt", /Cannot tell which report x.txt is to be/],
      ["nowhere/x.md", /Cannot write the report nowhere\/x.md/],
      ["folder.md", /Cannot write the report folder.md: it is a folder/],
      ["locked/x.md", /Cannot write the report locked\/x.md: its rights do not allow it/],
    ] as const) {
      const argv = ["run", ...hosts, "play.yml", "--report", report];
      const { code, stderr } = await kmend(argv, { cwd: folder, isLowly: true });
      t.equal(code, 5, report);
      t.match(stderr, says);
      t.notMatch(stderr, notForUsers);
    }
    t.equal(runs(), before);
    const odd = await run("report", "last", "--format", "csv", "--shape", "ansible");
    t.equal(odd.code, 5);
    t.match(odd.stderr, "only json has one");
  });
  t.strictSame(
    readdirSync(folder).filter((name) => name.endsWith(".part")),
    [],
    "no draft is left",
  );
});

t.test("who became root by sudo is named", async (t) => {
  const { username } = userInfo();
  t.equal(whoRuns({ SUDO_USER: "alice" }), `alice, as ${username}@${hostname()}`);
  t.equal(whoRuns({ SUDO_USER: username }), `${username}@${hostname()}`);
});
