/** Kubernetes' sources as Debian's source package has them, as a repository of git's with their tag: it stands for the clone. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { debianIn } from "../../src/lab/cluster/debian.ts";
import { kubernetesVersion } from "../../src/lab/cluster/recipe.ts";

/** What Debian 12 has: a version that leaks, with all that it is built from. */
export const version = kubernetesVersion;

/** @param cache where they are kept for the next time: about half a GiB @returns the repository */
export async function kubernetesSources(cache: string): Promise<string> {
  const repository = join(cache, `kubernetes-${version}`);
  if (existsSync(join(repository, ".git/refs/tags", `v${version}`))) return repository;
  rmSync(repository, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  const archive = await debianIn(cache).sourceArchive("kubernetes");
  run("tar", ["--extract", "--directory", cache, "--file", archive]);
  const git = (...argv: string[]): void =>
    run("git", ["-C", repository, "-c", "user.name=test", "-c", "user.email=test@example.org", ...argv]);
  git("init", "--quiet");
  git("add", "--all", "--force");
  git("commit", "--quiet", "--message", `Kubernetes ${version}, as Debian has it`);
  git("tag", `v${version}`);
  return repository;
}

function run(program: string, argv: readonly string[]): void {
  execFileSync(program, argv, { stdio: ["ignore", "ignore", "inherit"] });
}
