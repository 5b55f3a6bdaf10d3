/** A known_hosts that is there and may not be read: the refusal names it, and why, by either way to a host. */

import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { createConnector, type Target } from "../../src/connection/connection.ts";
import { kmend } from "../cli/kmend.ts";
import { noSshd, startSshd } from "./sshd.ts";

t.test("a known_hosts that cannot be read", { skip: noSshd, timeout: 120_000 }, async (t) => {
  const sshd = await startSshd();
  const folder = mkdtempSync(join(tmpdir(), "kmend-unreadable-"));
  t.teardown(async () => {
    rmSync(folder, { recursive: true });
    await sshd.stop();
  });
  const closed = join(folder, "closed");
  copyFileSync(sshd.knownHosts, closed);
  chmodSync(closed, 0);
  mkdirSync(join(folder, "a folder"));
  const missing = join(folder, "missing");
  const open = async (change: Partial<Target>): Promise<void> => {
    const connector = createConnector();
    const opening = connector.open(sshd.target(change)).then((connection) => connection.shell(null));
    await opening.finally(() => connector.closeAll());
  };

  for (const kind of ["ssh", "openssh"] as const) {
    await t.test(`${kind}: its rights do not allow it`, async (t) => {
      const args = `-F /dev/null -o UserKnownHostsFile=${closed} -o GlobalKnownHostsFile=${missing}`;
      writeFileSync(
        join(folder, "hosts"),
        `web1 ansible_host=${sshd.address} ansible_port=${sshd.port} ansible_user=root ansible_connection=${kind} ` +
          `ansible_ssh_private_key_file=${sshd.key} ansible_ssh_common_args="${args}"\n`,
      );
      writeFileSync(join(folder, "play.yml"), "- hosts: all\n  gather_facts: false\n  tasks: [{ping: }]\n");
      const how = { cwd: folder, isLowly: true };
      const refused = await kmend(["run", "-i", "hosts", "play.yml"], how);
      t.equal(refused.code, 4, refused.stdout + refused.stderr);
      t.match(refused.stdout, `web1: Cannot trust`);
      t.match(refused.stdout, `cannot read ${closed}: its rights do not allow it`);
      t.match(refused.stdout, `ls -ld ${folder} ${closed}`);
      t.notMatch(refused.stdout, "ssh-keyscan", "adding the key there would change nothing");
      chmodSync(closed, 0o600);
      const taken = await kmend(["run", "-i", "hosts", "play.yml"], how);
      chmodSync(closed, 0);
      t.equal(taken.code, 0, taken.stdout + taken.stderr);
    });

    await t.test(`${kind}: it is a folder`, async (t) => {
      const refused = { code: "known-hosts-unreadable", message: `${folder}/a folder: it is a folder` };
      await t.rejects(open({ kind, knownHostsFiles: [missing, join(folder, "a folder")] }), {
        ...refused,
        exitCode: 4,
      });
      await t.resolves(open({ kind, knownHostsFiles: [join(folder, "a folder"), sshd.knownHosts] }));
    });

    await t.test(`${kind}: one that is not there is no trouble of its own`, async (t) => {
      const message = kind === "ssh" ? /its host key is not known/ : /verification failed/;
      await t.rejects(open({ kind, knownHostsFiles: [missing] }), { message });
    });
  }

  await t.test("a new key is not taken where it may be another than the known one", async (t) => {
    const sshArgs = "-o StrictHostKeyChecking=accept-new";
    await t.rejects(open({ sshArgs, knownHostsFiles: [join(folder, "a folder")] }), {
      code: "known-hosts-unreadable",
    });
    await t.rejects(open({ sshArgs, knownHostsFiles: [missing, join(folder, "a folder")] }), {
      code: "known-hosts-unreadable",
    });
  });
});
