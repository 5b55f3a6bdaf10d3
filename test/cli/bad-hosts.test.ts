/** Hosts that refuse, lie, vanish or are full: on the rehearsal fleet, through the real command line. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { runProgram } from "../../src/lab/command.ts";
import { sshCommand, whatIsMissing } from "../../src/lab/lab.ts";
import { raiseLab, type TestLab } from "../lab/with-lab.ts";
import { type Ended, fates, kmend, leftProcesses, notForUsers, startKmend } from "./kmend.ts";

t.setTimeout(290_000); // hosts that boot on a loaded machine

const ping = "- hosts: app-1\n  gather_facts: false\n  tasks: [{ping: }]\n";

interface Refusal {
  readonly vars: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  readonly code: number;
  readonly says: RegExp;
}

/** In each, FOLDER is the test's, with keys and known_hosts files in it. */
const ssh = (knownHosts: string): Readonly<Record<string, string>> => ({
  ansible_ssh_common_args: `-o UserKnownHostsFile=FOLDER/${knownHosts} -o GlobalKnownHostsFile=/dev/null -o IdentitiesOnly=yes`,
});
const refusals: Readonly<Record<string, Refusal>> = {
  "a key that the host does not take": {
    vars: { ansible_ssh_private_key_file: "FOLDER/other" },
    code: 4,
    says: /UNREACHABLE! .*Cannot log in at \S+:2222 as root: it took none of: FOLDER\/other\\n +Set `ansible_user`.*ssh -v -p 2222 root@/,
  },
  "a key that is not there": {
    vars: { ansible_ssh_private_key_file: "FOLDER/nosuch" },
    code: 4,
    says: /UNREACHABLE! .*FOLDER\/nosuch \(no such file\)/,
  },
  "a key whose passphrase nobody gave": {
    vars: { ansible_ssh_private_key_file: "FOLDER/encrypted" },
    code: 4,
    says: /UNREACHABLE! .*FOLDER\/encrypted \(encrypted, and no passphrase given\)/,
  },
  "a login that the host does not have": {
    vars: { ansible_user: "stranger" },
    code: 4,
    says: /UNREACHABLE! .*Cannot log in at \S+ as stranger/,
  },
  "a host key that nobody knows": {
    vars: ssh("empty"),
    code: 4,
    says: /UNREACHABLE! .*its host key is not known \(ssh-ed25519 SHA256:.*ssh-keyscan -p 2222 \S+ >> FOLDER\/empty/,
  },
  "a host key that has changed": {
    vars: ssh("changed"),
    code: 4,
    says: /UNREACHABLE! .*ITS HOST KEY HAS CHANGED.*FOLDER\/changed:1 knows another key.*ssh-keygen -f FOLDER\/changed -R/,
  },
  "a port that is closed": {
    vars: { ansible_port: "2299" },
    code: 4,
    says: /UNREACHABLE! .*Cannot connect to \S+:2299: the port is closed\\n +Check the port \(`ansible_port`\)/,
  },
  "a name that does not exist": {
    vars: { ansible_host: "nosuch.invalid" },
    code: 4,
    says: /UNREACHABLE! .*Cannot connect to nosuch\.invalid:2222: (no such host name|the name server)/,
  },
  "a sudo that wants a password": {
    vars: { ansible_user: "ops" },
    flags: ["--become"],
    code: 2,
    says: /FAILED! .*Cannot become root by sudo: sudo wants a password and none was given\\n +Give the right one with `-K`/,
  },
  "a sudo that is given the wrong password": {
    vars: { ansible_user: "ops", ansible_become_password: "not-this-one" },
    flags: ["--become"],
    code: 2,
    says: /FAILED! .*Cannot become root by sudo: (the password is wrong|sudo did not take the password)/,
  },
};

const missing = whatIsMissing();
t.test("on real hosts", { skip: missing === null ? false : `no lab here: ${missing}` }, async (t) => {
  const lab = await raiseLab(t, { nodes: 2, name: "bad-hosts" });
  const folder = mkdtempSync(join(tmpdir(), "kmend-bad-hosts-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  makeKeys(lab, folder);
  const hosts = { lab, folder };

  for (const [name, refusal] of Object.entries(refusals))
    t.test(`${name} is told with what to do, and the host is touched by nothing`, async (t) => {
      const vars = JSON.stringify(refusal.vars).replaceAll("FOLDER", folder);
      const ended = await run(hosts, ping, ["-e", vars, ...(refusal.flags ?? [])]);
      t.equal(ended.code, refusal.code, ended.stdout);
      t.match(ended.stdout.replaceAll(folder, "FOLDER"), refusal.says);
      t.notMatch(ended.stdout + ended.stderr, notForUsers);
      t.strictSame(fates(join(folder, "state")), {});
    });

  for (const [name, signal, limitMs] of [
    ["stops answering", "STOP", 9000],
    ["hangs up", "KILL", 5000],
  ] as const)
    t.test(
      `a host that ${name} in the middle of a change is unreachable, and rolled back later`,
      async (t) => {
        await onHost(lab, prepareCut);
        const keepalive = "-o ServerAliveInterval=1 -o ServerAliveCountMax=2";
        const started = startKmend(argv(hosts, slowCopy, ["--ssh-extra-args", keepalive]), { cwd: folder });
        await until(async () => (await onHost(lab, "cat /srv/cut/pid")) !== "");
        const stopped = await onHost(lab, signalSshd(signal));
        const since = Date.now();
        const ended = await started.ended;
        t.ok(Date.now() - since < limitMs, `noticed after ${Date.now() - since} ms`);
        await onHost(lab, `touch /srv/cut/go; kill -CONT ${stopped} 2>&1`);
        t.equal(ended.code, 4, ended.stdout);
        t.match(
          ended.stdout,
          /app-1\]: UNREACHABLE! .*Cannot speak to the host any more: .*The change 000001 \(slow copy\)/,
        );
        t.match(ended.stdout, /compute-1 +: ok=1 .*unreachable=0 +failed=0/, "the other host went on");
        t.notMatch(ended.stdout + ended.stderr, notForUsers);
        t.strictSame(fates(join(folder, "state")), { "app-1 slow copy": "unknown" });
        const shown = await kmend(["show", "last", "--changes"], { cwd: folder });
        t.match(shown.stdout, /^000001 {2}app-1 {2}slow copy {2}unknown: .*; way back: revert$/m);
        await until(async () => (await onHost(lab, "pgrep -f /srv/cut/[w]ait.sh")) === "");
        const back = await kmend(["rollback", "last"], { cwd: folder });
        t.equal(back.code, 0, back.stdout + back.stderr);
        t.equal(await onHost(lab, "cat /srv/cut/file; ls /srv/cut"), "old\nfile\ngo\npid\nwait.sh");
      },
    );

  t.test("a full disk on the host fails the change and leaves what was there", async (t) => {
    await onHost(lab, "mkdir -p /srv/disk; mount -t tmpfs -o size=64k none /srv/disk");
    const ended = await run(hosts, fullDisk);
    t.equal(ended.code, 2, ended.stdout);
    t.match(
      ended.stdout,
      /FAILED! .*No space left on device\\n +A disk of the host is full: make room there/,
    );
    t.strictSame(fates(join(folder, "state")), { "app-1 small": "applied", "app-1 big": "failed" });
    t.equal(await onHost(lab, "cat /srv/disk/file; ls -A /srv/disk; ls -d /tmp/kmend-*"), "small\nfile");
    const back = await kmend(["rollback", "last"], { cwd: folder });
    t.equal(back.code, 0, back.stdout);
    t.equal(await onHost(lab, "ls -A /srv/disk; umount /srv/disk"), "");
  });

  for (const place of ["/var/lib/kmend", "/tmp"])
    t.test(`where ${place} is full, the change does not begin`, async (t) => {
      await onHost(
        lab,
        `rm -rf /srv/disk; mkdir -p /srv/disk ${place}; mount -t tmpfs -o size=64k none ${place}`,
      );
      await onHost(lab, `dd if=/dev/zero of=${place}/fill bs=1k`);
      const ended = await run(hosts, fullDisk);
      t.equal(ended.code, 2, ended.stdout);
      t.match(
        ended.stdout,
        /FAILED! .*(?:Cannot prepare the change on the host: .*No space left on device\\n +A disk of the host is full|Cannot begin on the host: its way back needs 64 MiB of room in \/var\/lib\/kmend, and there are 0)/,
      );
      // Where not even a lock can be had, nothing is begun.
      t.strictSame(fates(join(folder, "state")), place === "/tmp" ? { "app-1 small": "failed" } : {});
      t.equal(await onHost(lab, "ls -A /srv/disk"), "");
      const back = await kmend(["rollback", "last"], { cwd: folder });
      t.equal(back.code, 0, back.stdout);
      await onHost(lab, `umount ${place}`);
    });

  t.test("a task that takes longer than it may is ended on the host too", async (t) => {
    const text = ping.replace("{ping: }", "{name: long, shell: sleep 3210, timeout: 1}");
    const ended = await run(hosts, text);
    t.equal(ended.code, 2, ended.stdout);
    t.match(ended.stdout, /FAILED! .*it ran longer than the 1 s it was given\\n/);
    t.strictSame(fates(join(folder, "state")), { "app-1 long": "failed" });
    t.equal(await onHost(lab, "pgrep -f 'sleep 321[0]'"), "");
  });
});

t.test("no process is left", async (t) => t.strictSame(leftProcesses(), []));

/** A file to copy over, and a check of the new one that goes on while nobody says go. */
const prepareCut = `rm -rf /srv/cut; mkdir /srv/cut; echo old > /srv/cut/file
echo 'echo $$ > /srv/cut/pid; until test -e /srv/cut/go; do sleep 0.1; done' > /srv/cut/wait.sh`;

const slowCopy = `- hosts: all
  gather_facts: false
  tasks:
    - ping:
- hosts: app-1
  gather_facts: false
  tasks:
    - name: slow copy
      copy: {content: new, dest: /srv/cut/file, validate: sh /srv/cut/wait.sh %s}
`;

const fullDisk = `- hosts: app-1
  gather_facts: false
  tasks:
    - name: small
      copy: {content: "small\\n", dest: /srv/disk/file}
    - name: big
      copy: {content: "{{ 'line' * 50000 }}", dest: /srv/disk/file}
`;

/** Signals the sshd that serves the session of the process in /srv/cut/pid, and prints its pid. */
const signalSshd = (signal: string): string => `pid=$(cat /srv/cut/pid)
until [ "$(cat /proc/$pid/comm)" = sshd ]; do pid=$(awk '/^PPid/ { print $2 }' /proc/$pid/status); done
kill -${signal} $pid; echo $pid`;

interface Hosts {
  readonly lab: TestLab;
  readonly folder: string;
}

function argv({ lab, folder }: Hosts, playbook: string, more: readonly string[] = []): string[] {
  writeFileSync(join(folder, "play.yml"), playbook);
  return ["run", "-i", lab.inventory, "play.yml", ...more];
}

function run(hosts: Hosts, playbook: string, more: readonly string[] = []): Promise<Ended> {
  return kmend(argv(hosts, playbook, more), { cwd: hosts.folder });
}

/** Runs a script as root on app-1 and gives what it printed. */
async function onHost(lab: TestLab, script: string): Promise<string> {
  const [command = "", ...args] = await sshCommand(lab, "app-1", [script]);
  return (await runProgram(command, args)).stdout.trim();
}

function makeKeys(lab: TestLab, folder: string): void {
  const make = (name: string, passphrase: string): void =>
    void execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-f", join(folder, name)]);
  make("other", "");
  make("encrypted", "secret");
  const foreign = readFileSync(join(folder, "other.pub"), "utf8").split(" ")[1] ?? "";
  const known = readFileSync(join(dirname(lab.inventory), "ssh", "known_hosts"), "utf8");
  writeFileSync(join(folder, "empty"), "");
  writeFileSync(join(folder, "changed"), known.replaceAll(/(ssh-ed25519) \S+/g, `$1 ${foreign}`));
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(100);
}
