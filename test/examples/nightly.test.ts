/**
 * examples/nightly: the units as they stand, under the real systemd of a rehearsal host that is the controller. The inventory has a
 * variable that ansible-vault encrypted; its password comes as README says, by the service manager.
 *
 * Here with a playbook of two tasks; with KMEND_TORTURE=whole, which `npm run test:torture` sets, also with the shipped mend.
 */

import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { execOnNode, whatIsMissing } from "../../src/lab/lab.ts";
import { labPlace, nodePlace } from "../../src/lab/place.ts";
import { encrypt } from "../../src/vault/vault.ts";
import { raiseLab } from "../lab/with-lab.ts";
import { installController } from "./controller.ts";
import { exampleFolder, isWhole } from "./fleet.ts";

const controller = "clean-1";
const hosts = ["compute-1", "compute-2"];
const windowS = 8;
/** Whole, or not there. */
const vaultPassword = "0pens-the-n1ght";
const sealed = "what-nobody-may-read-0f-it";
const tell = "cat >/var/lib/kmend/draft && mv /var/lib/kmend/draft /var/lib/kmend/told";

/** Each host's task waits for a file, so that the test says how long a batch takes. */
const site = `
- hosts: all
  gather_facts: false
  serial: 1
  tasks:
    - copy: {content: "{{ sealed }}", dest: /etc/nightly-sealed}
    - copy: {content: mended, dest: /etc/nightly}
    - command: sh -c 'until [ -e /run/go ]; do sleep 0.1; done'
      changed_when: false
    - command: rm /run/go
`;

const broken = `
- hosts: all
  gather_facts: false
  on_failure: rollback_host
  tasks:
    - copy: {content: broken, dest: /etc/nightly}
    - fail: {msg: that went wrong}
      when: inventory_hostname == 'compute-2'
`;

t.test("the nights", { skip: whatIsMissing() ?? false, timeout: isWhole ? 900_000 : 290_000 }, async (t) => {
  const lab = await raiseLab(t, {
    nodes: { app_nodes: 0, compute_nodes: 2, clean_nodes: 1, both_nodes: 0 },
  });
  const root = nodePlace(labPlace(lab.state, lab.name), controller).root;
  const on = async (host: string, script: string) => (await execOnNode(lab, host, script)).stdout.trim();
  const here = (script: string) => on(controller, script);
  const until = async (host: string, script: string) => {
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(300))
      if ((await on(host, `(${script}) >/dev/null 2>&1 && echo yes`)) === "yes") return;
    t.fail(`${host}: ${script}: not within a minute
${await said()}`);
  };
  /** Begins a night as the timer does. */
  const begin = () =>
    here(
      "rm -f /run/ended; setsid sh -c 'systemctl start kmend-nightly; echo $? >/run/ended' >/dev/null 2>&1 &",
    );
  /** @returns what systemd makes of it: 0 where it went well */
  const ended = async () => {
    await until(controller, "test -s /run/ended");
    return here("cat /run/ended");
  };
  const said = () => here("journalctl -o cat -u kmend-nightly");
  const conf = (changes: Readonly<Record<string, string>>) => {
    const text = readFileSync(join(exampleFolder("nightly"), "nightly.conf"), "utf8");
    const changed = Object.entries(changes).reduce(
      (whole, [name, value]) => whole.replace(new RegExp(`^${name}=.*$`, "m"), () => `${name}=${value}`),
      text,
    );
    writeFileSync(join(root, "etc/kmend/nightly.conf"), changed);
  };
  const rehearse = async (time: string) => {
    const folder = "/run/systemd/system/kmend-nightly.service.d";
    await here(
      `mkdir -p ${folder} && printf '[Service]\\nEnvironment=REHEARSE=${time}\\n' >${folder}/rehearse.conf && systemctl daemon-reload`,
    );
  };
  const summary = async () => JSON.parse(await here("cat /var/lib/kmend/nightly.json"));

  install();
  conf({ PLAYBOOK: "/etc/kmend/site.yml", TELL: tell });

  await t.test("systemd finds nothing wrong with the units", async (t) => {
    await here("systemctl daemon-reload");
    const units = "kmend-nightly.timer kmend-nightly.service kmend-nightly-failed.service";
    t.equal(await here(`cd /etc/systemd/system && systemd-analyze verify ${units} 2>&1`), "");
    t.match(
      await here("systemd-analyze security --no-pager kmend-nightly.service | tail -1"),
      /exposure level for kmend-nightly\.service: [01]\.\d OK/,
    );
  });

  await t.test("a night that is too short ends in order, and calls nobody", async (t) => {
    await rehearse(`+${windowS}s`);
    await begin();
    await until("compute-1", "grep mended /etc/nightly");
    // The window is counted from a little before the run's own beginning.
    await sleep(Date.parse((await summary()).startedAt) + windowS * 1000 - Date.now());
    await on("compute-1", "touch /run/go");
    t.equal(await ended(), "0", await said());
    t.match(await summary(), {
      exitCode: 75,
      reason: "window",
      hosts: { "compute-1": { end: "changed" } },
      left: { untouched: ["compute-2"], goOn: "resume" },
    });
    t.equal(await here("test -e /var/lib/kmend/told || echo nobody"), "nobody");
    t.equal(await on("compute-2", "test -e /etc/nightly || echo untouched"), "untouched");
  });

  await t.test("the next one goes on with what is left; stopped, it ends what is under way", async (t) => {
    const { run } = await summary();
    await rehearse("+10m");
    await begin();
    await until("compute-2", "grep mended /etc/nightly");
    await here("systemctl stop --no-block kmend-nightly");
    await sleep(500);
    await on("compute-2", "touch /run/go");
    t.equal(await ended(), "1");
    // What asked for it is told at once that it was stopped; the night itself ends after its task.
    await until(
      controller,
      "systemctl show -p ActiveState --value kmend-nightly | grep -qxE 'inactive|failed'",
    );
    t.match(await said(), `Going on with ${run}`);
    t.match(await summary(), { run, exitCode: 99, reason: "interrupted" }, await said());
  });

  await t.test("the third ends the run, and does nothing again", async (t) => {
    const { run } = await summary();
    const made = await on("compute-1", "stat -c %z /etc/nightly");
    await begin();
    t.equal(await ended(), "0", await said());
    t.match(await summary(), { run, exitCode: 0, reason: "done" });
    t.equal(await on("compute-1", "stat -c %z /etc/nightly"), made);
    for (const host of hosts)
      t.equal(await on(host, "cat /etc/nightly-sealed"), sealed, "the vault was opened");
    const kept = `grep -rlE '${sealed}|${vaultPassword}' /var/lib/kmend/ /var/cache/kmend/; journalctl | grep -cE '${sealed}|${vaultPassword}'`;
    t.equal(await here(kept), "0", "and what it hides stands nowhere");
  });

  await t.test("a night that fails tells somebody, and the next one waits for them", async (t) => {
    conf({ PLAYBOOK: "/etc/kmend/broken.yml", TELL: tell });
    await here("rm -f /var/lib/kmend/told");
    await begin();
    t.not(await ended(), "0");
    t.match(await summary(), { exitCode: 2 }, await said());
    await until(controller, "test -s /var/lib/kmend/told");
    const told = await here("cat /var/lib/kmend/told");
    t.match(told, /^The night on clean-1: exit code 2, failed, \S+\n/);
    t.match(told, /`compute-2` at `fail`: `.*that went wrong`/);
    t.equal(await on("compute-2", "cat /etc/nightly"), "mended", "it was taken back");
    const { run } = await summary();
    await begin();
    t.not(await ended(), "0");
    t.match(await said(), `Nothing is begun before somebody has looked at ${run}`);
    t.match(await summary(), { run });
  });

  await t.test("the timer catches up, and nothing is begun outside of the window", async (t) => {
    const hour = (new Date().getUTCHours() + 12) % 24;
    conf({ PLAYBOOK: "/etc/kmend/site.yml", FROM: `${hour}:00`, UNTIL: `${hour}:59` });
    await here(`rm -r /run/systemd/system/kmend-nightly.service.d /var/lib/kmend/nightly.json
mkdir -p /run/systemd/system/kmend-nightly.timer.d /var/lib/systemd/timers
printf '[Timer]\\nRandomizedDelaySec=0\\nAccuracySec=1s\\n' >/run/systemd/system/kmend-nightly.timer.d/soon.conf
touch -d '-8 days' /var/lib/systemd/timers/stamp-kmend-nightly.timer
systemctl daemon-reload; systemctl enable --now kmend-nightly.timer`);
    await until(controller, "journalctl -o cat -u kmend-nightly | grep 'the window is from'");
    t.equal(await here("test -e /var/lib/kmend/nightly.json || echo none"), "none");
    await here("systemctl stop kmend-nightly.timer");
  });

  if (isWhole)
    await t.test("the shipped mend, as a night", async (t) => {
      conf({});
      await rehearse("+10m");
      await begin();
      t.equal(await ended(), "0", await said());
      t.match(await summary(), {
        hosts: { "compute-1": { end: "changed" }, "compute-2": { end: "changed" } },
      });
    });

  function install(): void {
    installController(root);
    const etc = join(root, "etc/kmend");
    mkdirSync(etc);
    const keys = labPlace(lab.state, lab.name).keys;
    writeFileSync(join(etc, "known_hosts"), readFileSync(join(keys, "known_hosts")), { mode: 0o644 });
    cpSync(join(keys, "id_ed25519"), join(etc, "ssh-key"));
    writeFileSync(join(etc, "vault-password"), `${vaultPassword}\n`, { mode: 0o600 });
    writeFileSync(join(etc, "hosts.yml"), inventory());
    writeFileSync(join(etc, "site.yml"), site);
    writeFileSync(join(etc, "broken.yml"), broken);
    const scripts = join(root, "usr/local/lib/kmend-nightly");
    mkdirSync(scripts);
    for (const name of ["nightly.sh", "tell.sh"])
      cpSync(join(exampleFolder("nightly"), name), join(scripts, name));
    for (const name of ["kmend-nightly.timer", "kmend-nightly.service", "kmend-nightly-failed.service"])
      writeFileSync(join(root, "etc/systemd/system", name), unit(name));
  }

  /** As it is shipped, with the one line that README says to uncomment. */
  function unit(name: string): string {
    const text = readFileSync(join(exampleFolder("nightly"), name), "utf8");
    const changed = text.replace(/^#(LoadCredential=vault-password:)/m, "$1");
    t.equal(changed === text, name !== "kmend-nightly.service");
    return changed;
  }

  function inventory(): string {
    const envelope = encrypt(sealed, { label: null, password: vaultPassword });
    const lines = lab.nodes
      .filter(({ name }) => hosts.includes(name))
      .map(({ name, address, port }) => `    ${name}: {ansible_host: ${address}, ansible_port: ${port}}\n`);
    return `all:
  vars:
    ansible_user: root
    sealed: !vault |
${envelope.trim().replaceAll(/^/gm, " ".repeat(6))}
    ansible_ssh_common_args: -o UserKnownHostsFile=/etc/kmend/known_hosts -o GlobalKnownHostsFile=/dev/null
  hosts:
${lines.join("")}`;
  }
});
