/** What Debian has, fetched by the machine's apt into a folder: nothing is installed, and the machine's own lists stay as they are. */

import { existsSync, globSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { longWork } from "../long-work.ts";

export interface Debian {
  /** The folder with a package's files. They are only unpacked: what it does when it is installed would want a running system. */
  readonly packageFiles: (name: string) => Promise<string>;
  /** The archive of a source package, as its authors published it. */
  readonly sourceArchive: (name: string) => Promise<string>;
}

/** @param cache where what was fetched is kept for the next time */
export function debianIn(cache: string, signal?: AbortSignal): Debian {
  let updated: Promise<readonly string[]> | null = null;
  const apt = async (folder: string, order: readonly string[]): Promise<void> => {
    updated ??= ownLists(join(cache, "apt"), signal);
    await longWork("apt-get", [...(await updated), ...order], { cwd: folder, signal });
  };

  async function packageFiles(name: string): Promise<string> {
    const folder = join(cache, "packages", name);
    if (existsSync(folder)) return folder;
    await growing(folder, async (half) => {
      await apt(half, ["download", name]);
      const [archive = ""] = globSync(join(half, "*.deb"));
      await longWork("dpkg-deb", ["--extract", archive, join(half, "files")], { signal });
      await rename(join(half, "files"), folder);
    });
    return folder;
  }

  async function sourceArchive(name: string): Promise<string> {
    const pattern = `${name}_*.orig.tar.*z`;
    const [kept] = globSync(join(cache, pattern));
    if (kept !== undefined) return kept;
    await growing(join(cache, name), async (half) => {
      await apt(half, ["source", "--download-only", name]);
      for (const file of globSync(join(half, pattern))) await rename(file, join(cache, basename(file)));
    });
    return globSync(join(cache, pattern))[0] ?? "";
  }

  return { packageFiles, sourceArchive };
}

/** Work in a folder that goes away again; only what is moved out of it is kept, and that is whole. */
async function growing(folder: string, work: (half: string) => Promise<void>): Promise<void> {
  const half = `${folder}.growing`;
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true });
  try {
    await work(half);
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}

/** apt's options for lists of our own, brought up to date: of the machine's Debian, with its sources. */
async function ownLists(folder: string, signal: AbortSignal | undefined): Promise<readonly string[]> {
  for (const name of ["sources", "lists/partial"]) await mkdir(join(folder, name), { recursive: true });
  const [deb822 = ""] = globSync("/etc/apt/sources.list.d/debian.sources");
  const given = await readFile(deb822 || "/etc/apt/sources.list", "utf8");
  const both = given
    .replace(/^Types: .*$/gm, "Types: deb deb-src")
    .replace(/^deb (.*)$/gm, "deb $1\ndeb-src $1");
  await writeFile(join(folder, "sources", deb822 ? "debian.sources" : "debian.list"), both);
  const settings = {
    "Dir::Etc::SourceParts": join(folder, "sources"),
    "Dir::Etc::SourceList": "/dev/null",
    "Dir::State::Lists": join(folder, "lists"),
    // Without these apt writes its index of our lists where it keeps that of the machine's.
    "Dir::Cache::pkgcache": "",
    "Dir::Cache::srcpkgcache": "",
    "APT::Sandbox::User": "root",
  };
  const options = ["-qq", ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`])];
  await longWork("apt-get", [...options, "update"], { signal });
  return options;
}
