/** The example of docs/new-remedy.md: the page shows it as it is, its verdicts are a table, and it mends a real host. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { execOnNode, whatIsMissing } from "../../src/lab/lab.ts";
import { kmend } from "../cli/kmend.ts";
import { raiseLab } from "../lab/with-lab.ts";

const playbook = "docs/examples/log-limits.yml";

t.test("the page shows each file of the example as it is", async (t) => {
  const page = readFileSync("docs/new-remedy.md", "utf8");
  const shown = [...page.matchAll(/\]\((examples\/[^)]+\.yml)\)[^`]*```yaml\n(.*?)```/gs)];
  t.equal(shown.length, 5);
  for (const [, path = "", text] of shown) t.equal(text, readFileSync(join("docs", path), "utf8"), path);
});

/** What daemon.json says (null: there is none), and the verdict. */
const rows: Readonly<Record<string, readonly [string | null, string]>> = {
  none: [null, "affected: "],
  empty: ["{}", "affected: "],
  other: ['{"live-restore": true}', "affected: "],
  files: ['{"log-opts": {"max-file": "3"}}', "affected: "],
  limited: ['{"log-opts": {"max-size": "10m"}}', "clean: each log ends at 10m"],
  journal: ['{"log-driver": "journald"}', "not-affected: logs go to journald"],
  torn: ['{"log-opts": ', "unknown: "],
  list: ["[]", "unknown: .*it is no JSON object"],
  folder: ["/", "unknown: "],
};

t.test("each configuration has its verdict", async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), "kmend-new-remedy-"));
  t.teardown(() => rmSync(cwd, { recursive: true, force: true }));
  for (const [name, [text]] of Object.entries(rows))
    if (text === "/") mkdirSync(join(cwd, name));
    else if (text !== null) writeFileSync(join(cwd, name), text);
  const host = (name: string, program: string) =>
    `${name} ansible_connection=local log_limits_program=${program} log_limits_configuration=${join(cwd, name)}\n`;
  const hosts = Object.keys(rows).map((name) => host(name, "/bin/sh"));
  writeFileSync(join(cwd, "hosts.ini"), hosts.join("") + host("bare", "/no/dockerd"));
  const end = await kmend(["run", "-i", join(cwd, "hosts.ini"), join(process.cwd(), playbook)], { cwd });
  t.equal(end.code, 0, end.stdout + end.stderr);
  const verdictOf = (name: string) =>
    new RegExp(`TASK \\[log_limits : Show.*?ok: \\[${name}\\] => \\{\\s+"msg": "(.*?)"\\s+\\}`, "s").exec(
      end.stdout,
    )?.[1];
  for (const [name, [, verdict]] of Object.entries(rows))
    t.match(verdictOf(name), new RegExp(`^${verdict}`), name);
  t.match(verdictOf("bare"), "not-affected: there is no /no/dockerd");
});

t.test("one app node", { skip: whatIsMissing() ?? false, timeout: 200_000 }, async (t) => {
  const { state, name, inventory } = await raiseLab(t, {
    nodes: { app_nodes: 1, compute_nodes: 0, clean_nodes: 0, both_nodes: 0 },
  });
  const on = (script: string) =>
    execOnNode({ state, name }, "app-1", script).then((end) => end.stdout.trim());
  const run = (...args: string[]) => kmend(args, { cwd: process.cwd(), env: { KMEND_STATE: state } });
  const mend = () => run("run", "-i", inventory, playbook, "-e", "log_limits_mend=true");
  const file = () => on("cat /etc/docker/daemon.json; systemctl is-active docker");
  const before = await file();

  await t.test("is mended, is clean when it is run again, and is taken back", async (t) => {
    const end = await mend();
    t.equal(end.code, 0, end.stdout);
    t.match(await file(), /"max-size": "50m".*\nactive$/s);
    t.match(await file(), '"live-restore": true', "what stood there stays");
    const again = await mend();
    t.match(again.stdout, "clean: each log ends at 50m");
    const { code, stdout } = await run("rollback", "last");
    t.equal(code, 0, stdout);
    t.equal(await file(), before);
  });

  await t.test("where docker does not start with the limit, all is as it was", async (t) => {
    await on(`mkdir -p /etc/systemd/system/docker.service.d
printf '[Service]\\nExecStartPre=/bin/sh -c "! grep max-size /etc/docker/daemon.json"\\nRestart=no\\n' >/etc/systemd/system/docker.service.d/picky.conf
systemctl daemon-reload`);
    const end = await mend();
    t.equal(end.code, 2, end.stdout);
    t.match(end.stdout, /rolled back: \[app-1\]/);
    t.equal(await file(), before);
  });

  await t.test("where a restart would end containers, it is refused", async (t) => {
    await on("echo '{}' >/etc/docker/daemon.json");
    const end = await mend();
    t.equal(end.code, 2);
    t.match(end.stdout, "Not mended: a restart of docker would end its containers");
    t.equal(await on("cat /etc/docker/daemon.json"), "{}");
  });
});
