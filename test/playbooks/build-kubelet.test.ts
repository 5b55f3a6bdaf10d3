/** A kubelet is built and packed from sources in kubernetes' layout, by the real git, go, make and rpmbuild. The program is a small one. */

import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import t, { type Test } from "tap";
import { type Ended, kmend, startKmend } from "../cli/kmend.ts";
import { noSshd, startSshd, type TestSshd } from "../connection/sshd.ts";

t.setTimeout(200_000);

const playbook = join(import.meta.dirname, "../../playbooks/build-kubelet.yml");
const tools = ["git", "go", "make", "rpmbuild", "rsync", "cpio"];
const missing = tools.filter((tool) => !isHere(tool));

const refusals: readonly (readonly [wrong: string, says: RegExp, ...set: string[]])[] = [
  [
    "a version that is none",
    /kubelet_version is \\?"latest\\?": wanted the nodes' version/,
    "kubelet_version=latest",
  ],
  [
    "a version without the tag",
    /kubelet 1\.13\.9 has no tag nokmem, 1\.14 was the first/,
    "kubelet_version=1.13.9",
  ],
  ["a tag that is not there", /has no tag v1\.15\.6/, "kubelet_version=1.15.6"],
  [
    "a tool that is not there",
    /localhost has no bazel: install it, or build elsewhere/,
    "kubelet_build_by=bazel",
  ],
];

t.test(
  "shellcheck has nothing to say about the build's scripts",
  { skip: !isHere("shellcheck") },
  async (t) => {
    const scripts = globSync(join(import.meta.dirname, "../../playbooks/roles/kubelet_build/files/*.sh"));
    t.equal(scripts.length, 3);
    const { stdout, status } = spawnSync("shellcheck", scripts, { encoding: "utf8" });
    t.equal(status, 0, stdout);
  },
);

t.test("a kubelet", { skip: missing.length > 0 && `${missing} is missing` }, async (t) => {
  t.test("is built, packed and proven; the second time nothing is done", async (t) => {
    const site = siteFor(t);
    const first = await site.build();
    t.equal(first.code, 0, first.stdout);
    t.match(first.stdout, /Built: \S+\/kubelet-1\.15\.5-1\.x86_64\.rpm/);
    const [rpm = ""] = site.rpms();
    t.equal(ask(rpm, "%{NAME} %{VERSION} %{RELEASE}"), "kubelet 1.15.5 1");
    t.strictSame(ask(rpm, "[%{FILENAMES} ]").trim().split(" "), [
      "/etc/kubernetes/manifests",
      "/etc/systemd/system/kubelet.service",
      "/usr/bin/kubelet",
    ]);
    t.match(programIn(rpm, t), "kernel memory accounting disabled in this runc build");
    t.notMatch(programIn(rpm, t), "either tasks have already joined");
    execFileSync("sha256sum", ["--check", "--quiet", "SHA256SUMS"], { cwd: join(rpm, "..") });

    const second = await site.build();
    t.equal(second.code, 0, second.stdout);
    t.match(second.stdout, /There already: .*\n.*\n*PLAY RECAP.*\nlocalhost +: ok=\d+ +changed=0 /);

    writeFileSync(rpm, "x");
    const third = await site.build();
    t.match(third.stdout, /Built: /, "what no longer has its sum is built again");

    const back = await site.kmend("rollback", "last");
    t.equal(back.code, 0, back.stdout);
    t.strictSame(site.rpms(), [], "taken back, the package is gone");
  });

  t.test("takes all but the program from the package that it replaces", async (t) => {
    const site = siteFor(t);
    const old = packageWithSettings(site.folder);
    const end = await site.build("-e", `kubelet_replaces=${old}`, "-e", "kubelet_release=2");
    t.equal(end.code, 0, end.stdout);
    const [rpm = ""] = site.rpms();
    for (const fact of [
      "[%{FILEMODES:octal} %{FILEUSERNAME} %{FILEFLAGS:fflags} %{FILENAMES}\n]",
      "%{POSTIN}",
      "%{EPOCH} %{LICENSE}",
    ])
      t.equal(ask(rpm, fact), ask(old, fact), fact);
    t.equal(ask(rpm, "%{RELEASE}"), "2");
    t.match(
      ask(rpm, "[%{REQUIRENAME} %{REQUIREFLAGS:depflags} %{REQUIREVERSION}\n]"),
      /iptables >= 1.4.21\n(.*\n)*socat /,
    );
    t.equal(fileIn(rpm, "etc/sysconfig/kubelet", t), "KUBELET_EXTRA_ARGS=--v=2\n");
    t.match(programIn(rpm, t), "kernel memory accounting disabled in this runc build");
  });

  t.test("is refused by its proof where it has kmem, and is no product", async (t) => {
    const site = siteFor(t);
    const end = await site.build("-e", '{"kubelet_go_tags": []}');
    t.equal(end.code, 2, end.stdout);
    t.match(end.stdout, "NO: the program has kmem: it switches accounting on");
    t.strictSame(site.rpms(), []);
  });

  t.test("is signed where a key is given", { skip: isHere("gpg") ? false : "no gpg" }, async (t) => {
    const site = siteFor(t);
    const home = keyring(site.folder);
    const end = await site.build("-e", "kubelet_signing_key=build@example.org", { GNUPGHOME: home });
    t.equal(end.code, 0, end.stdout);
    const [rpm = ""] = site.rpms();
    t.match(ask(rpm, "%{SIGPGP:pgpsig}%{RSAHEADER:pgpsig}"), /key id/i);
  });

  t.test("by docker goes the way of kubernetes' releases", async (t) => {
    const site = siteFor(t);
    const bin = join(site.folder, "bin");
    // Only its presence is asked for: build/run.sh of the small program runs no container.
    execFileSync("sh", [
      "-c",
      `mkdir ${bin}; printf '#!/bin/sh\\n' > ${bin}/docker; chmod 755 ${bin}/docker`,
    ]);
    const end = await site.build("-e", "kubelet_build_by=", { PATH: `${bin}:${process.env["PATH"]}` });
    t.equal(end.code, 0, end.stdout);
    t.match(
      readFileSync(globSync(join(site.folder, "build/work/*/log"))[0] ?? "", "utf8"),
      "_output/dockerized",
    );
  });

  t.test("goes on where kmend is killed, tells how far it is, and is found again", async (t) => {
    const site = siteFor(t);
    const go = join(site.folder, "go");
    const waiting = { KUBELET_BUILD_WAITS: go };
    const run = site.start(waiting, "-e", "kubelet_progress_seconds=1");
    await until(() => globSync(join(site.folder, "build/work/*/pid")).length > 0);
    run.process.kill("SIGKILL");
    await run.ended;
    const resumed = site.resume("-e", "kubelet_progress_seconds=1");
    let said = "";
    resumed.process.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (/RETRYING: .* packages compiled, kubelet is made of \d+, for \d+ s/.test(said))
        writeFileSync(go, "");
    });
    const end = await resumed.ended;
    t.equal(end.code, 0, end.stdout + end.stderr);
    t.match(end.stdout, /Built: /);
    t.equal(site.rpms().length, 1);
    t.equal(site.log().match(/go build/g)?.length, 1, "it was compiled once");
  });

  t.test("comes from another build host to the controller", { skip: noSshd }, async (t) => {
    const site = siteFor(t);
    const builder = await startSshd();
    t.teardown(() => builder.stop());
    const home = join(site.folder, "home");
    const run = () => site.onBuilder(builder, { HOME: home });
    const first = await run();
    t.equal(first.code, 0, first.stdout);
    const [rpm = ""] = globSync(join(home, "kmend-kubelets/builder/*/*.rpm"));
    t.match(first.stdout, `Here: kmem_kubelet_file=${rpm}.`);
    t.ok(readFileSync(rpm).equals(readFileSync(site.rpms()[0] ?? "")));
    t.strictSame(
      readdirSync(join(rpm, "..")).sort(),
      ["SHA256SUMS", "build.json", basename(rpm), "proof.txt"].sort(),
    );
    const second = await run();
    t.match(second.stdout, /PLAY RECAP.*\nbuilder +: ok=\d+ +changed=0 /);
    const back = await site.kmend("rollback", "last");
    t.equal(back.code, 0, back.stdout);
    t.notOk(existsSync(join(home, "kmend-kubelets")), "and goes with a rollback");
    t.notOk(existsSync(join(site.folder, "build")), "there as here");
  });

  t.test("is stopped by a rollback", async (t) => {
    const site = siteFor(t);
    const run = site.start({ KUBELET_BUILD_WAITS: join(site.folder, "go") });
    await until(() => globSync(join(site.folder, "build/work/*/pid")).length > 0);
    const [file = ""] = globSync(join(site.folder, "build/work/*/pid"));
    const pid = readFileSync(file, "utf8").trim();
    run.process.kill("SIGKILL");
    await run.ended;
    const back = await site.kmend("rollback", "last");
    t.equal(back.code, 0, back.stdout);
    await until(() => !existsSync(`/proc/${pid}`));
    t.notOk(existsSync(join(site.folder, "build")), "and nothing of it is left");
  });

  for (const [wrong, says, ...set] of refusals)
    t.test(`is refused: ${wrong}`, async (t) => {
      const site = siteFor(t);
      const end = await site.build(...set.flatMap((each) => ["-e", each]));
      t.equal(end.code, 2, end.stdout);
      t.match(end.stdout, says);
      t.notOk(existsSync(join(site.folder, "build")), "before anything is touched");
    });

  t.test("that does not compile is told with the end of its log", async (t) => {
    const site = siteFor(t);
    writeFileSync(
      join(site.folder, "sources/cmd/kubelet/main.go"),
      "package main\n\nfunc main() { nothing() }\n",
    );
    git(join(site.folder, "sources"), "commit", "-qam", "broken");
    git(join(site.folder, "sources"), "tag", "-f", "v1.15.5");
    const end = await site.build();
    t.equal(end.code, 2, end.stdout);
    t.match(end.stdout, /the build failed \(2\)\. The end of .*undefined: nothing/);
  });
});

interface Site {
  readonly folder: string;
  build(...options: (string | Readonly<Record<string, string>>)[]): Promise<Ended>;
  start(env: Readonly<Record<string, string>>, ...options: string[]): ReturnType<typeof startKmend>;
  resume(...options: string[]): ReturnType<typeof startKmend>;
  kmend(...argv: string[]): Promise<Ended>;
  /** The same on a host called builder, over ssh. */
  onBuilder(sshd: TestSshd, env: Readonly<Record<string, string>>): Promise<Ended>;
  rpms(): readonly string[];
  log(): string;
}

/** A folder with the sources as a repository of git's, and one to build in. */
function siteFor(t: Test): Site {
  const folder = mkdtempSync(join(tmpdir(), "kmend-build-"));
  t.teardown(() => {
    for (const script of globSync(join(folder, "build/work/*/build.sh")))
      execFileSync("sh", [script, "stop"], { env: { ...process.env, KUBELET_WORK: join(script, "..") } });
    rmSync(folder, { recursive: true, force: true });
  });
  const sources = join(folder, "sources");
  cpSync(join(import.meta.dirname, "kubelet-sources"), sources, { recursive: true });
  git(sources, "init", "-q");
  git(sources, "add", "-A");
  git(sources, "commit", "-qm", "small");
  git(sources, "tag", "v1.15.5");
  const set = (options: readonly string[]): string[] => [
    ...["-e", "kubelet_version=1.15.5", "-e", `kubelet_source=${sources}`, "-e", "kubelet_build_by=go"],
    ...["-e", `kubelet_build_folder=${folder}/build`, ...options],
  ];
  const start: Site["start"] = (env, ...options) =>
    startKmend(["run", "-i", "localhost,", "-c", "local", playbook, ...set(options)], { cwd: folder, env });
  return {
    folder,
    start,
    resume: (...options) =>
      startKmend(["resume", "last", "--in-flight", "retry", ...set(options)], { cwd: folder }),
    build: (...options) => {
      const words = options.filter((each) => typeof each === "string");
      const env = options.find((each) => typeof each === "object") ?? {};
      return start(env, ...words).ended;
    },
    kmend: (...given) => kmend(given, { cwd: folder }),
    onBuilder: ({ address, port, key, knownHosts }, env) => {
      const way = `ansible_host=${address} ansible_port=${port} ansible_user=root ansible_ssh_private_key_file=${key}`;
      const inventory = join(folder, "inventory");
      writeFileSync(
        inventory,
        `builder ${way} ansible_ssh_common_args="-o UserKnownHostsFile=${knownHosts}"\n`,
      );
      const argv = ["run", "-i", inventory, playbook, "-e", "build_hosts=builder", ...set([])];
      return startKmend(argv, { cwd: folder, env }).ended;
    },
    rpms: () => globSync(join(folder, "build/products/*/*.rpm")),
    log: () => readFileSync(globSync(join(folder, "build/work/*/log"))[0] ?? "", "utf8"),
  };
}

/** A package of the other public kind: settings of its own, which an update never replaces; a unit elsewhere, scriptlets, an epoch. */
function packageWithSettings(folder: string): string {
  const top = join(folder, "old");
  execFileSync("sh", [
    "-c",
    `mkdir -p ${top}/root/usr/bin ${top}/root/etc/sysconfig ${top}/root/usr/lib/systemd/system
printf 'old' > ${top}/root/usr/bin/kubelet; chmod 755 ${top}/root/usr/bin/kubelet
printf 'KUBELET_EXTRA_ARGS=--v=2\\n' > ${top}/root/etc/sysconfig/kubelet
printf '[Service]\\nExecStart=/usr/bin/kubelet\\n' > ${top}/root/usr/lib/systemd/system/kubelet.service`,
  ]);
  writeFileSync(
    join(top, "kubelet.spec"),
    `Name: kubelet
Epoch: 1
Version: 1.15.5
Release: 0
Summary: 100% old
License: ASL 2.0
Requires: iptables >= 1.4.21
Requires: socat
AutoReqProv: no
%description
old
%install
cp -a ${top}/root/. %{buildroot}/
%post
[ "$1" = 1 ] && date +%%s > /dev/null
%files
/usr/bin/kubelet
/usr/lib/systemd/system/kubelet.service
%config(noreplace) %attr(0640, root, root) /etc/sysconfig/kubelet
`,
  );
  execFileSync("rpmbuild", [
    ...[
      "-bb",
      "--quiet",
      "--target",
      "x86_64",
      "--define",
      `_topdir ${top}`,
      "--define",
      "debug_package %{nil}",
    ],
    ...["--define", "__os_install_post %{nil}", join(top, "kubelet.spec")],
  ]);
  return globSync(join(top, "RPMS/x86_64/*.rpm"))[0] ?? "";
}

function keyring(folder: string): string {
  const home = join(folder, "gpg");
  execFileSync(
    "sh",
    [
      "-c",
      `mkdir -m 700 ${home}; gpg --homedir ${home} --batch --quiet --passphrase '' --quick-gen-key build@example.org rsa2048 sign never`,
    ],
    {
      stdio: "ignore",
    },
  );
  return home;
}

function git(cwd: string, ...argv: string[]): void {
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...argv], {
    cwd,
    stdio: "ignore",
  });
}

function ask(rpm: string, format: string): string {
  return execFileSync("rpm", ["-qp", "--nosignature", "--qf", format, rpm], { encoding: "utf8" });
}

function fileIn(rpm: string, path: string, t: Test): string {
  const folder = t.testdir();
  execFileSync("sh", ["-c", 'rpm2cpio "$1" | cpio -idm --quiet', "sh", rpm], { cwd: folder });
  return readFileSync(join(folder, path), "latin1");
}

function programIn(rpm: string, t: Test): string {
  return fileIn(rpm, "usr/bin/kubelet", t);
}

function isHere(tool: string): boolean {
  return (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(join(folder, tool)));
}

async function until(holds: () => boolean): Promise<void> {
  for (let left = 1000; !holds(); left -= 1) {
    if (left === 0) throw new Error(`never came: ${holds}`);
    await sleep(20);
  }
}
