/** Programs of Debian packages that are unpacked and not installed: installed, each would start as a service now and at every boot. */

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** Each program, and the package that has it. */
const packages: Readonly<Record<string, string>> = {
  prometheus: "prometheus",
  promtool: "prometheus",
  "prometheus-node-exporter": "prometheus-node-exporter",
};
const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "kmend-test-programs");

/** Where the program is: the machine's own, else an unpacked one; null: there is none. */
export function unpackedProgram(name: string): string | null {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), cache];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** Packages of which some program is missing. */
export function missingUnpacked(): readonly string[] {
  const missing = Object.keys(packages).filter((name) => unpackedProgram(name) === null);
  return [...new Set(missing.map((name) => packages[name] ?? ""))];
}

/** @returns whether all of them are there now */
export function unpack(names: readonly string[]): boolean {
  // Where apt's own user cannot write, it says so and downloads as root.
  const folder = mkdtempSync(join(tmpdir(), "kmend-unpack-"));
  try {
    const run = (command: string, ...args: string[]): boolean =>
      spawnSync(command, args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] }).status === 0;
    const quiet = ["-qq", "-o", "APT::Sandbox::User=root"];
    const download = (): boolean => run("apt-get", ...quiet, "download", ...names);
    if (!download() && !(run("apt-get", ...quiet, "update") && download())) return false;
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    for (const deb of readdirSync(folder)) if (!run("dpkg-deb", "-x", deb, "root")) return false;
    for (const name of Object.keys(packages)) {
      const unpacked = join(folder, "root/usr/bin", name);
      if (existsSync(unpacked)) copyFileSync(unpacked, join(cache, name));
    }
    return missingUnpacked().length === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
