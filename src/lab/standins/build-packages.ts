/** Builds the stand-ins' RPMs by the real rpmbuild and puts them into repositories by createrepo_c. */

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Package, packageId, type RepositoryName, repositories } from "./package-list.ts";

const execute = promisify(execFile);

/** A built repository: a folder of RPMs with its metadata. */
export interface Repositories {
  /** The folder of one: what a host has as /srv/repo. */
  readonly folder: (name: RepositoryName) => string;
  /** The RPM file of a package, by `name-version-release`. */
  readonly rpm: (id: string, repository?: RepositoryName) => string;
}

/** Builds all repositories below the cache folder, once for each state of their contents. */
export async function buildRepositories(cacheDir: string): Promise<Repositories> {
  const digest = createHash("sha256").update(JSON.stringify(repositories)).digest("hex").slice(0, 16);
  const done = join(cacheDir, `packages-${digest}`);
  if (!(await exists(done))) await buildInto(cacheDir, done);
  const folder = (name: RepositoryName): string => join(done, name);
  return { folder, rpm: (id, repository = "good") => join(folder(repository), `${id}.x86_64.rpm`) };
}

async function buildInto(cacheDir: string, done: string): Promise<void> {
  await mkdir(cacheDir, { recursive: true });
  await removeAbandoned(cacheDir);
  const work = await mkdtemp(join(cacheDir, `${building}${process.pid}-`));
  try {
    const out = join(work, "out");
    for (const name of Object.keys(repositories) as RepositoryName[]) await buildRepository(work, out, name);
    // Two labs may build at once: the first to finish is kept.
    await rename(out, done).catch(async (error) => {
      if (!(await exists(done))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const building = "packages-building-";

/** Work of a process that was killed. */
async function removeAbandoned(cacheDir: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    const owner = name.startsWith(building) ? name.slice(building.length).split("-")[0] : undefined;
    if (owner !== undefined && !(await exists(`/proc/${owner}`)))
      await rm(join(cacheDir, name), { recursive: true, force: true });
  }
}

async function buildRepository(work: string, out: string, name: RepositoryName): Promise<void> {
  const folder = join(out, name);
  await mkdir(folder, { recursive: true });
  const shared = name === "good" ? [] : repositories.good;
  const own = repositories[name].filter((each) => !shared.includes(each));
  for (const each of repositories[name].filter((one) => shared.includes(one)))
    await cp(
      join(out, "good", `${packageId(each)}.x86_64.rpm`),
      join(folder, `${packageId(each)}.x86_64.rpm`),
    );
  await Promise.all(own.map((each) => buildPackage(join(work, `${name}-${packageId(each)}`), folder, each)));
  await execute("createrepo_c", ["--quiet", folder]);
}

async function buildPackage(work: string, folder: string, each: Package): Promise<void> {
  const root = join(work, "root");
  for (const file of each.files) {
    const path = join(root, file.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.content, { mode: file.mode });
  }
  const spec = join(work, `${each.name}.spec`);
  await writeFile(spec, specOf(each, root));
  await execute("rpmbuild", ["-bb", "--quiet", "--target", "x86_64", "--define", `_topdir ${work}`, spec], {
    env: { ...process.env, HOME: work, SOURCE_DATE_EPOCH: "1571097600" },
  });
  const built = join(work, "RPMS", "x86_64");
  for (const rpm of await readdir(built)) await rename(join(built, rpm), join(folder, rpm));
}

/** The spec file. No scriptlets and no dependencies: a Debian host's rpm database has nothing to meet them with. */
function specOf({ name, version, release, summary, files }: Package, root: string): string {
  const listed = files.map(
    ({ path, mode, isConfig }) =>
      `${isConfig ? "%config(noreplace) " : ""}%attr(0${mode.toString(8)}, root, root) ${path}`,
  );
  return `Name: ${name}
Version: ${version}
Release: ${release}
Summary: ${summary}
License: Apache-2.0
AutoReqProv: no
%global debug_package %{nil}
%global __os_install_post %{nil}
%global _build_id_links none

%description
Stands in for ${name} on kmend's rehearsal hosts. It is not ${name}: it makes the
memory cgroups that ${name} makes, so that a rehearsal can count what they leak.

%install
cp -a ${root}/. %{buildroot}/

%files
${listed.join("\n")}
`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
