/** A rehearsal host as a controller: with kmend, its Node and jq, so that a real systemd runs what runs kmend. */

import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { shipped } from "../../src/package/package.ts";

/** Installs `kmend` and `jq` in the PATH of the system at `root`; the sources lie in /opt/kmend. */
export function installController(root: string): void {
  const folder = join(root, "opt/kmend");
  for (const path of ["package.json", "src", "playbooks", ...dependencies()])
    cpSync(shipped(path), join(folder, path), { recursive: true });
  cpSync(process.execPath, join(root, "usr/local/bin/node"));
  const program = '#!/bin/sh\nexec /usr/local/bin/node /opt/kmend/src/cli/main.ts "$@"\n';
  writeFileSync(join(root, "usr/local/bin/kmend"), program, { mode: 0o755 });
  installProgram(root, "/usr/bin/jq");
}

/** The folders of the packages that kmend needs where it runs. */
function dependencies(): readonly string[] {
  const { packages } = JSON.parse(readFileSync(shipped("package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly optional?: boolean }>>;
  };
  return Object.entries(packages)
    .filter(([path, { dev, optional }]) => path !== "" && !dev && !optional)
    .map(([path]) => path);
}

/** A program of this machine, with the libraries that the other system may not have. */
function installProgram(root: string, program: string): void {
  const linked = execFileSync("ldd", [program], { encoding: "utf8" });
  const libraries = [...linked.matchAll(/=> (\/\S+)/g)].map(([, path = ""]) => path);
  const missing = libraries.filter((path) => /\/lib(jq|onig)\./.test(path));
  for (const path of [program, ...missing]) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    copyFileSync(path, join(root, path));
  }
}
