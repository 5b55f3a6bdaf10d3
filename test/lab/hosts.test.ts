/** Real hosts: that they are ones, that they come back, and that nothing is left of them. */

import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { labCgroups } from "../../src/lab/cgroups.ts";
import { type Finished, runProgram } from "../../src/lab/command.ts";
import { planFleet, readDriverWish, readEngineWish, readKernelWish, shareOut } from "../../src/lab/fleet.ts";
import { down, labStatus, rebootNodes, sshCommand, up, whatIsMissing } from "../../src/lab/lab.ts";
import { mountsBelow } from "../../src/lab/mounts.ts";
import { labPlace } from "../../src/lab/place.ts";
import { daemonsOf, nspawnsBelow } from "../../src/lab/processes.ts";
import { raiseLab, type TestLab } from "./with-lab.ts";

t.setTimeout(290_000); // hosts that boot on a loaded machine

t.test("hosts are shared out over the groups", async (t) => {
  const cases = [
    [1, [1, 0, 0, 0]],
    [2, [1, 1, 0, 0]],
    [4, [1, 1, 1, 1]],
    [6, [2, 2, 1, 1]],
    [20, [7, 7, 3, 3]],
  ] as const;
  for (const [nodes, expected] of cases) t.strictSame(Object.values(shareOut(nodes)), expected, `${nodes}`);
});

t.test("a kernel is chosen for all hosts or for one", async (t) => {
  const nodes = planFleet(shareOut(2), 9, { kernel: readKernelWish(["1160", "app-1=514"]) });
  t.strictSame(
    nodes.map((node) => [node.name, node.address, node.kernel]),
    [
      ["app-1", "127.77.9.1", "514"],
      ["compute-1", "127.77.9.2", "1160"],
    ],
  );
  t.throws(() => readKernelWish(["4.19"]), { code: "lab-kernel" });
  t.throws(() => planFleet(shareOut(2), 9, { kernel: readKernelWish(["app-7=514"]) }), {
    code: "lab-no-such-node",
  });
});

t.test("so are an engine and a cgroup driver, and what cannot be had is refused", async (t) => {
  const nodes = planFleet(shareOut(2), 9, {
    engine: readEngineWish(["app-1=containerd"]),
    driver: readDriverWish(["systemd,compute-1=cgroupfs"]),
  });
  t.strictSame(
    nodes.map(({ engine, driver }) => [engine, driver]),
    [
      ["containerd", "systemd"],
      ["docker", "cgroupfs"],
    ],
  );
  t.throws(() => readEngineWish(["crio"]), { code: "lab-engine" });
  t.throws(() => readDriverWish(["app-1="]), { code: "lab-driver" });
  t.throws(() => planFleet(shareOut(2), 9, { driver: readDriverWish(["app-7=systemd"]) }), {
    code: "lab-no-such-node",
  });
});

const missing = whatIsMissing();
t.test("real hosts", { skip: missing === null ? false : `no lab here: ${missing}` }, async (t) => {
  const lab = await raiseLab(t, { nodes: 2, kernel: readKernelWish(["1160", "app-1=514"]) });

  t.test("each has a name, a systemd, users, packages and a kernel of its own", async (t) => {
    const facts = [
      ["hostname", "app-1"],
      ["cat /proc/1/comm", "systemd"],
      ["systemctl is-active ssh kubelet docker | sort -u", "active"],
      ["cat /proc/sys/kernel/osrelease", "3.10.0-514.el7.x86_64"],
      ["rpm -q --qf '%{name}\\n' kubelet", "kubelet"],
      ["yum -q list installed kubelet | grep -c kubelet", "1"],
      ["readlink -f $(command -v yum) | grep -c dnf", "1"],
      ["ps -e -o comm= | grep -c '^systemd$'", "1"],
    ] as const;
    const { stdout } = await ssh(lab, "app-1", facts.map(([command]) => command).join("\n"));
    t.strictSame(
      stdout.trim().split("\n"),
      facts.map(([, answer]) => answer),
    );
    t.equal((await ssh(lab, "compute-1", "hostname")).stdout.trim(), "compute-1");
  });

  t.test("ops needs the password for sudo, deploy none, and neither is let in without the key", async (t) => {
    const password = await readFile(labPlace(lab.state, lab.name).opsPassword, "utf8");
    const asOps = await ssh(lab, "app-1", "sudo -S -p '' id -un", { user: "ops", input: password });
    t.equal(asOps.stdout.trim(), "root");
    t.not((await ssh(lab, "app-1", "sudo -n true", { user: "ops" })).code, 0);
    t.equal((await ssh(lab, "app-1", "sudo -n id -un", { user: "deploy" })).stdout.trim(), "root");
    const keyless = ["-o", "PubkeyAuthentication=no"];
    t.equal((await ssh(lab, "app-1", "true", { options: keyless })).code, 255);
  });

  t.test("a host key that changed is refused", async (t) => {
    const known = join(lab.state, "other_known_hosts");
    const theirs = await readFile(join(labPlace(lab.state, lab.name).keys, "known_hosts"), "utf8");
    const [one, other] = lab.nodes.map((node) => `[${node.address}]:${node.port}`) as [string, string];
    await writeFile(known, theirs.replaceAll(one, "gone").replaceAll(other, one));
    const options = ["-o", `UserKnownHostsFile=${known}`];
    const refused = await ssh(lab, "app-1", "true", { options });
    t.equal(refused.code, 255);
    t.match(refused.stderr, /HOST IDENTIFICATION HAS CHANGED/);
  });

  t.test("up again changes nothing; for other hosts it is refused", async (t) => {
    t.strictSame((await up({ ...placeOf(lab) })).booted, []);
    await t.rejects(up({ ...placeOf(lab), nodes: 3 }), { code: "lab-differs" });
    await t.rejects(up({ ...placeOf(lab), engine: readEngineWish(["containerd"]) }), { code: "lab-differs" });
  });

  t.test("a host restarts by our reboot and by its own, and keeps its files", async (t) => {
    await ssh(lab, "app-1", "echo kept >/root/file");
    const first = await bootId(lab);
    await rebootNodes({ ...placeOf(lab), nodes: ["app-1"] });
    const second = await bootId(lab);
    t.not(second, first);
    await ssh(lab, "app-1", "systemctl reboot");
    await until(async () => ![second, ""].includes(await bootId(lab)));
    t.equal((await ssh(lab, "app-1", "cat /root/file")).stdout, "kept\n");
  });

  t.test("a second lab has hosts of its own", async (t) => {
    const other = await raiseLab(t, { name: "other", nodes: 1 });
    t.not(other.nodes[0]?.address, lab.nodes[0]?.address);
    t.equal((await ssh(other, "app-1", "test -e /root/file")).code, 1);
    t.equal((await ssh(lab, "app-1", "test -e /root/file")).code, 0);
  });

  t.test("up mends a lab whose daemon was killed, and a host that ended", async (t) => {
    await killDaemon(lab);
    t.equal((await labStatus(placeOf(lab))).daemon, null);
    t.strictSame([...(await up(placeOf(lab))).booted].sort(), ["app-1", "compute-1"]);
    t.equal((await ssh(lab, "app-1", "cat /root/file")).stdout, "kept\n");
    await ssh(lab, "app-1", "systemctl poweroff");
    await until(async () => (await labStatus(placeOf(lab))).nodes[0]?.state === "failed");
    t.strictSame((await up(placeOf(lab))).booted, ["app-1"]);
  });

  t.test("down leaves nothing, after the daemon was killed too", async (t) => {
    await killDaemon(lab);
    t.equal(await down(placeOf(lab)), true);
    await nothingIsLeft(t, lab);
    t.equal(await down(placeOf(lab)), false, "a second down has nothing to do");
  });

  t.test("up, interrupted, leaves nothing", async (t) => {
    const state = await mkdtemp(join(tmpdir(), "kmend-lab-"));
    t.teardown(() => rm(state, { recursive: true, force: true }));
    const half = { state, name: "half" };
    const interrupt = new AbortController();
    const raising = up({ ...half, nodes: 2, signal: interrupt.signal });
    void until(async () => (await daemonsOf(state, "half")).length > 0).then(() => interrupt.abort());
    await t.rejects(raising, { code: "interrupted" });
    await nothingIsLeft(t, half);
  });
});

interface SshOptions {
  readonly user?: string;
  readonly input?: string;
  readonly options?: readonly string[];
}

async function ssh(
  lab: Pick<TestLab, "state" | "name">,
  node: string,
  command: string,
  { user = "root", input = "", options = [] }: SshOptions = {},
): Promise<Finished> {
  const [program = "", ...args] = await sshCommand(lab, node, [command]);
  return runProgram(program, ["-o", "BatchMode=yes", "-o", `User=${user}`, ...options, ...args], input);
}

async function bootId(lab: TestLab): Promise<string> {
  return (await ssh(lab, "app-1", "cat /proc/sys/kernel/random/boot_id")).stdout.trim();
}

function placeOf({ state, name }: TestLab): Pick<TestLab, "state" | "name"> {
  return { state, name };
}

async function killDaemon(lab: TestLab): Promise<void> {
  const daemons = await daemonsOf(lab.state, lab.name);
  for (const pid of daemons) process.kill(pid, "SIGKILL");
  await until(async () => (await daemonsOf(lab.state, lab.name)).length === 0);
}

async function nothingIsLeft(t: Test, { state, name }: Pick<TestLab, "state" | "name">): Promise<void> {
  const place = labPlace(state, name);
  t.strictSame(await daemonsOf(state, name), [], "no daemon");
  t.strictSame(await nspawnsBelow(place.folder), [], "no host");
  t.strictSame(await mountsBelow(place.folder), [], "no mount");
  t.strictSame(labCgroups(place), [], "no cgroup");
  t.notOk(existsSync(place.socket), "no socket");
  t.notOk(existsSync(place.folder), "no files");
  const claims = (await readdir("/run/kmend-lab")).filter((file) => file.startsWith("network-"));
  const owners = await Promise.all(claims.map((file) => readFile(join("/run/kmend-lab", file), "utf8")));
  t.notOk(owners.includes(place.folder), "no claim");
}

/** Waits for a condition; the test's own time limit ends it. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}
