/** What the machine must have for a lab, and getting it where that is possible. */

import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { KmendError } from "../problem/problem.ts";
import { runProgram } from "./command.ts";
import { withLock } from "./lock.ts";

/** A program that the lab runs, and the Debian package that has it. */
const programs: Readonly<Record<string, string>> = {
  "systemd-nspawn": "systemd-container",
  mmdebstrap: "mmdebstrap",
  rpmbuild: "rpm",
  createrepo_c: "createrepo-c",
  ssh: "openssh-client",
  "ssh-keygen": "openssh-client",
  nsenter: "util-linux",
  mount: "mount",
};
const others = "Everything but the lab works without: run, plan, scan, rollback on hosts of your own";

/** What keeps this machine from having a lab, in one sentence; null where nothing does. */
export function whatIsMissing(): string | null {
  if (process.platform !== "linux") return `this is ${process.platform}, not Linux`;
  if (process.getuid?.() !== 0) return "you are not root";
  if (!existsSync("/dev/fuse")) return "there is no /dev/fuse";
  const packages = missingPackages();
  if (packages.length > 0 && !isDebian())
    return `this is not Debian, and these are not installed: ${missingPrograms().join(", ")}`;
  return null;
}

/** Installs the Debian packages that are missing, saying which; says in one line what is wrong where it can't. */
export async function installNeeds(tell: (line: string) => void): Promise<void> {
  const missing = whatIsMissing();
  if (missing !== null)
    throw new KmendError({
      code: "lab-not-here",
      message: `Cannot raise a lab here: ${missing}`,
      hint: others,
    });
  if (missingPackages().length === 0) return;
  await withLock("/run/kmend-needs.lock", async () => {
    const packages = missingPackages();
    if (packages.length === 0) return;
    tell(`Installing the Debian packages ${packages.join(", ")}`);
    await aptInstall(packages);
  });
}

async function aptInstall(packages: readonly string[]): Promise<void> {
  const env = ["DEBIAN_FRONTEND=noninteractive"];
  const install = [...env, "apt-get", "-qq", "-y", "--no-install-recommends", "install", ...packages];
  let finished = await runProgram("env", install);
  if (finished.code !== 0) {
    await runProgram("env", [...env, "apt-get", "-qq", "update"]); // a fresh machine has no lists yet
    finished = await runProgram("env", install);
  }
  if (finished.code === 0) return;
  throw new KmendError({
    code: "lab-needs-failed",
    message: `Cannot install ${packages.join(", ")}: apt-get exited with ${finished.code}, wanted 0`,
    hint: finished.stderr.trim().split("\n").slice(-4).join("\n"),
  });
}

function missingPackages(): readonly string[] {
  return [...new Set(missingPrograms().map((program) => programs[program] as string))].sort();
}

function missingPrograms(): readonly string[] {
  return Object.keys(programs).filter((name) => !isInstalled(name));
}

/** Whether the machine has the program, for this user or for root. */
export function isInstalled(program: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(delimiter).concat("/usr/sbin", "/sbin");
  return folders.some((folder) => existsSync(join(folder, program)));
}

function isDebian(): boolean {
  try {
    return /^ID(_LIKE)?=.*debian/m.test(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return false;
  }
}
