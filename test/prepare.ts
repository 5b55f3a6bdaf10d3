/** Installs the Debian packages that the tests need, and says which; where that is not possible, says what is skipped. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { whatIsMissing } from "../src/lab/lab.ts";
import { missingUnpacked, unpack } from "./unpacked.ts";

/** A program that some test runs, and the Debian package that has it. */
const programs: Readonly<Record<string, string>> = {
  sshd: "openssh-server",
  ssh: "openssh-client",
  sudo: "sudo",
  su: "util-linux",
  busybox: "busybox",
  dash: "dash",
  ksh: "ksh",
  mksh: "mksh",
  yash: "yash",
  shellcheck: "shellcheck",
  rpmbuild: "rpm",
  rpmsign: "rpm",
  cpio: "cpio",
  gpg: "gnupg",
  git: "git",
  make: "make",
  rsync: "rsync",
  jq: "jq",
  go: "golang-go",
  createrepo_c: "createrepo-c",
  mmdebstrap: "mmdebstrap",
  "systemd-nspawn": "systemd-container",
  ps: "procps",
  ip: "iproute2",
  strace: "strace",
  python3: "python3",
  curl: "curl",
  wget: "wget",
  chromium: "chromium",
  tmux: "tmux",
  mandoc: "mandoc",
  zsh: "zsh",
  fish: "fish",
};

const missing = [
  ...new Set(
    Object.entries(programs)
      .filter(([name]) => !isHere(name))
      .map(([, name]) => name),
  ),
].sort();
const cannot = whatIsMissing();

if (cannot !== null) console.log(`Tests on the rehearsal fleet are skipped: ${cannot}. The others run.`);
else if (missing.length > 0) {
  console.log(`Installing the Debian packages ${missing.join(", ")}`);
  const code = apt(["install", ...missing]) && (apt(["update"]) || apt(["install", ...missing]));
  if (code !== 0)
    console.log(`apt-get exited with ${code}: tests that need ${missing.join(", ")} are skipped or fail`);
}

const services = cannot === null ? missingUnpacked() : [];
if (services.length > 0) {
  console.log(
    `Unpacking the Debian packages ${services.join(", ")}, not installing them: nothing is started`,
  );
  if (!unpack(services)) console.log(`That failed: tests that need ${services.join(", ")} are skipped`);
}

function apt(args: readonly string[]): number {
  const { status } = spawnSync("apt-get", ["-qq", "-y", "--no-install-recommends", ...args], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  return status ?? 1;
}

function isHere(name: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(delimiter).concat("/usr/sbin", "/sbin");
  return folders.some((folder) => existsSync(join(folder, name)));
}
