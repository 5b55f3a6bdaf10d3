/** Kubernetes' sources as Debian's source package has them, as a repository of git's with their tag: it stands for the clone. */

import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What Debian 12 has: a version that leaks, with all that it is built from. */
export const version = "1.20.2";

/** @param cache where they are kept for the next time: about half a GiB @returns the repository */
export function kubernetesSources(cache: string): string {
  const repository = join(cache, `kubernetes-${version}`);
  if (existsSync(join(repository, ".git/refs/tags", `v${version}`))) return repository;
  rmSync(repository, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  const [archive = ""] = globSync(join(cache, "kubernetes_*.orig.tar.gz"));
  run("tar", ["--extract", "--directory", cache, "--file", archive === "" ? fetched(cache) : archive]);
  const git = (...argv: string[]): void =>
    run("git", ["-C", repository, "-c", "user.name=test", "-c", "user.email=test@example.org", ...argv]);
  git("init", "--quiet");
  git("add", "--all", "--force");
  git("commit", "--quiet", "--message", `Kubernetes ${version}, as Debian has it`);
  git("tag", `v${version}`);
  return repository;
}

/** By apt, with lists of our own: the machine's stay as they are. */
function fetched(cache: string): string {
  const apt = join(cache, "apt");
  for (const folder of ["sources", "lists/partial"]) mkdirSync(join(apt, folder), { recursive: true });
  const [deb822 = ""] = globSync("/etc/apt/sources.list.d/debian.sources");
  const given = readFileSync(deb822 || "/etc/apt/sources.list", "utf8");
  const sources = given.replace(/^Types: .*$/gm, "Types: deb-src").replace(/^deb /gm, "deb-src ");
  writeFileSync(join(apt, "sources", deb822 ? "debian.sources" : "debian.list"), sources);
  const options = [
    ...["-o", `Dir::Etc::SourceParts=${join(apt, "sources")}`, "-o", "Dir::Etc::SourceList=/dev/null"],
    ...["-o", `Dir::State::Lists=${join(apt, "lists")}`, "-o", "APT::Sandbox::User=root", "-qq"],
  ];
  run("apt-get", [...options, "update"]);
  run("apt-get", [...options, "source", "--download-only", "kubernetes"], cache);
  return globSync(join(cache, "kubernetes_*.orig.tar.gz"))[0] ?? "";
}

function run(program: string, argv: readonly string[], cwd?: string): void {
  execFileSync(program, argv, { stdio: ["ignore", "ignore", "inherit"], ...(cwd ? { cwd } : {}) });
}
